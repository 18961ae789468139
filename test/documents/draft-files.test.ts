import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { DocumentKind } from '#src/documents/model.ts'
import {
  collectOrphans,
  forgetDraftFiles,
  listDraftFiles,
  putFile,
  removeDraftFile,
  saveDraftFile,
} from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { registerTeam } from '#src/registration/service.ts'
import { addTestTournament, type TestContext, testContext } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'

const MB = 1_048_576
const HOUR_MS = 3_600_000

let ctx: TestContext
let draftId: string
beforeAll(async () => {
  ctx = await testContext()
})
afterAll(() => ctx.end())
beforeEach(async () => {
  draftId = await aDraft()
})

async function aDraft(): Promise<string> {
  const id = Bun.randomUUIDv7()
  await ctx.db.write`
    insert into drafts (id, tournament_id, token_hash, form, updated_at)
    values (${id}, ${ctx.tournament.id}, ${Buffer.from(id)}, '{}', now())`
  return id
}

let samples = 0
const receive = (bytes = samplePdf(2000, `draft ${++samples}`)) =>
  ctx.files.receive(
    (async function* () {
      yield bytes
    })(),
    { maxBytes: 60 * MB },
  )

type About = {
  slot?: string
  kind?: DocumentKind
  bytes?: Uint8Array<ArrayBuffer>
  draftId?: string
  tournamentId?: string
  originalName?: string
}
const save = async ({ bytes, ...about }: About = {}) =>
  saveDraftFile(ctx, {
    draftId,
    tournamentId: ctx.tournament.id,
    slot: 'team.pastor_letter',
    kind: 'pastor_letter',
    originalName: 'letter.pdf',
    sender: '203.0.113.9',
    received: await receive(bytes),
    ...about,
  })

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : error),
  )

describe('a file in a draft', () => {
  test('lies in its slot', async () => {
    const saved = await save({ bytes: sampleJpeg(4000, 'slot'), originalName: 'மடல்.jpeg' })
    expect(saved).toMatchObject({
      slot: 'team.pastor_letter',
      kind: 'pastor_letter',
      originalName: 'மடல்.jpg',
      bytes: 4000,
    })
    expect(await listDraftFiles(ctx, draftId)).toEqual([saved])
  })

  test('is replaced by the next one sent to its slot', async () => {
    const first = await save()
    const second = await save()
    expect(await listDraftFiles(ctx, draftId)).toEqual([second])
    expect(second.uploadId).not.toBe(first.uploadId)
  })

  test('leaves its slot when it is removed', async () => {
    await save()
    expect([
      await removeDraftFile(ctx, draftId, 'team.pastor_letter'),
      await removeDraftFile(ctx, draftId, 'team.pastor_letter'),
    ]).toEqual([true, false])
    expect(await listDraftFiles(ctx, draftId)).toEqual([])
  })

  test('stays as long as the draft, and goes with it', async () => {
    const { fileId } = await save()
    const later = { ...ctx, now: () => new Date(Date.now() + 24 * 400 * HOUR_MS) }
    await collectOrphans(later)
    expect(await listDraftFiles(ctx, draftId)).toHaveLength(1)
    await ctx.db.write.begin(async (tx) => {
      expect(await forgetDraftFiles(tx, [draftId])).toBe(1)
      await tx`delete from drafts where id = ${draftId}`
    })
    await collectOrphans(later)
    expect((await ctx.db.read`select 1 from files where id = ${fileId}`).length).toBe(0)
  })

  test.each([
    ['a draft that is not there', () => ({ draftId: Bun.randomUUIDv7() })],
    ['a slot that is no slot', () => ({ slot: '../x' })],
    ['a slot without a name', () => ({ slot: '' })],
    ['a kind that is not known', () => ({ kind: 'toString' as DocumentKind })],
  ])('is not kept for %s', async (_, about) => {
    const received = await receive()
    expect(
      await refusal(
        saveDraftFile(ctx, {
          draftId,
          tournamentId: ctx.tournament.id,
          slot: 'team.aadhar',
          kind: 'aadhar',
          originalName: 'a',
          sender: 'x',
          received,
          ...about(),
        }),
      ),
    ).toBe('NOT_FOUND')
    expect(await Bun.file(received.temporary).exists()).toBe(false)
    expect(await listDraftFiles(ctx, draftId)).toEqual([])
  })

  test("is not kept for another tournament's draft", async () => {
    const other = await addTestTournament(ctx, 'other-cup')
    expect(await refusal(save({ tournamentId: other! }))).toBe('NOT_FOUND')
  })

  test('can no longer be changed when the draft has become a registration', async () => {
    const saved = await save()
    const { id: teamId } = await registerTeam(ctx, ctx.tournament, {
      body: aRegistration(),
      door: 'api',
      key: undefined,
      missingField: () => 'documents',
    })
    await ctx.db.write`update uploads set team_id = ${teamId} where draft_id = ${draftId}`
    await ctx.db.write`update drafts set team_id = ${teamId} where id = ${draftId}`
    expect(await refusal(save())).toBe('CONFLICT')
    expect(await refusal(save({ slot: 'team.group_photo' }))).toBe('CONFLICT')
    expect(await removeDraftFile(ctx, draftId, saved.slot)).toBe(false)
    expect(await listDraftFiles(ctx, draftId)).toEqual([saved])
  })
})

describe('the bytes of a file in a draft', () => {
  const nameOf = async (fileId: string) =>
    (await ctx.db.read<{ name: string }[]>`select name from files where id = ${fileId}`)[0]?.name
  const isThere = async (name: string) => (await refusal(ctx.files.open(ctx.tournament.id, name))) === 'none'
  /** Sends it, and tells afterwards whether its row and its bytes are there. */
  async function sent(about?: About) {
    const file = await save(about)
    const name = (await nameOf(file.fileId))!
    return { ...file, left: async () => [(await nameOf(file.fileId)) !== undefined, await isThere(name)] }
  }

  test('are gone as soon as another takes its place, and as soon as it is removed', async () => {
    const [first, second] = [await sent(), await sent()]
    expect([await first.left(), await second.left()]).toEqual([
      [false, false],
      [true, true],
    ])
    await removeDraftFile(ctx, draftId, second.slot)
    expect(await second.left()).toEqual([false, false])
  })

  test('stay while another slot names the same, and when they take their own place', async () => {
    const bytes = samplePdf(2000, 'in two slots')
    const first = await sent({ bytes })
    await sent({ bytes, slot: 'team.group_photo' })
    await removeDraftFile(ctx, draftId, 'team.pastor_letter')
    await save({ bytes, slot: 'team.group_photo' })
    expect(await first.left()).toEqual([true, true])
  })

  test('stay when somebody has put the same since and is about to name them', async () => {
    const bytes = samplePdf(2000, 'put since')
    const file = await sent({ bytes })
    // By a clock that is an hour behind.
    const behind = { ...ctx, now: () => new Date(Date.now() - HOUR_MS) }
    await putFile(behind, ctx.tournament.id, await receive(bytes), '203.0.113.10')
    await removeDraftFile(ctx, draftId, file.slot)
    expect(await file.left()).toEqual([true, true])
    await collectOrphans({ ...ctx, now: () => new Date(Date.now() + 25 * HOUR_MS) })
    expect(await file.left()).toEqual([false, false])
  })

  test('that cannot be deleted are left to the timetable, and the slot is free all the same', async () => {
    const file = await sent()
    const failing = {
      ...ctx,
      files: { ...ctx.files, remove: () => Promise.reject(new AppError('STORAGE_UNAVAILABLE')) },
    }
    expect(await removeDraftFile(failing, draftId, file.slot)).toBe(true)
    expect(await file.left()).toEqual([true, true])
    expect(ctx.logged.some((line) => line.includes('file.left') && line.includes(file.fileId))).toBe(true)
  })

  test('are not kept for a draft that has become a registration', async () => {
    const { id: teamId } = await registerTeam(ctx, ctx.tournament, {
      body: aRegistration(),
      door: 'api',
      key: undefined,
      missingField: () => 'documents',
    })
    await ctx.db.write`update drafts set team_id = ${teamId} where id = ${draftId}`
    const received = await receive()
    expect(
      await refusal(
        saveDraftFile(ctx, {
          draftId,
          tournamentId: ctx.tournament.id,
          slot: 'team.pastor_letter',
          kind: 'pastor_letter',
          originalName: 'a',
          sender: 'x',
          received,
        }),
      ),
    ).toBe('CONFLICT')
    expect(await isThere(received.name)).toBe(false)
  })
})

describe('a draft', () => {
  const slotOf = (index: number) => `players.${index}.aadhar`

  test('holds 60 files, and another in place of one of them', async () => {
    for (let i = 0; i < 60; i += 1) await save({ slot: slotOf(i), kind: 'aadhar' })
    expect(await refusal(save({ slot: slotOf(60), kind: 'aadhar' }))).toBe('BODY_TOO_LARGE')
    expect(await refusal(save({ slot: slotOf(59), kind: 'aadhar' }))).toBe('none')
    expect(await listDraftFiles(ctx, draftId)).toHaveLength(60)
  })

  test('holds 250 MB', async () => {
    for (let i = 0; i < 5; i += 1)
      await save({ slot: slotOf(i), kind: 'aadhar', bytes: samplePdf(50 * MB, 'the same') })
    expect(await refusal(save({ slot: slotOf(5), kind: 'aadhar' }))).toBe('BODY_TOO_LARGE')
  })
})
