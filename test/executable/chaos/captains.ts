import { createHash } from 'node:crypto'
import { aRegistration, aSquad } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import type { Random } from '../../fuzz/random.ts'
import { type Answer, inParallel } from '../registering.ts'

const LETTER_BYTES = 30_000
const PHOTO_BYTES = 60_000
const AGAIN_MS = 100
/** Of a server, or of a limit, that lets one ask again. */
const NOT_NOW = new Set([429, 503])
const TRIES_MAX = 2000
const PATIENCE_MAX_MS = 150
/** One in ten sends a letter that others send, too. */
const SHARED_ONE_IN = 10
const SHARED_LETTERS = 5
/** With a photo, of which pictures are drawn. */
const PHOTO_ONE_IN = 3
/** Of the small tournament's captains, so many more come than it has places for. */
const SMALL = { slug: 'small', capacity: 4, captains: 10 }
export const SMALL_TOURNAMENT = SMALL

/** What a captain sent, and what they know of it. */
export type Sent = {
  teamName: string
  /** SHA-256 of its documents, in their order, hexadecimal. */
  digests: string[]
  captainEmail: string
  tournament?: string
  /** `unknown`: they gave up without an answer. */
  end: { is: 'registered'; answer: Answer } | { is: 'refused'; code: string } | { is: 'unknown' }
}
export type Story = { sent: Sent[]; problems: string[] }

type Draft = ReturnType<typeof aRegistration>
type Wish = { about?: Partial<Draft>; expects?: string; tournament?: string; isImpatient?: boolean }

/**
 * Registers `registrations` teams that are to succeed, and beside them what has to be refused: names, addresses and clubs that are taken, a
 * full tournament, a registration that breaks half-way. Who has no answer asks again, at any of the servers; a few give up instead.
 */
export async function playCaptains(
  urls: readonly string[],
  dice: Random,
  { registrations, atOnce }: { registrations: number; atOnce: number },
): Promise<Story> {
  const story: Story = { sent: [], problems: [] }
  const captain = makeCaptain(urls, dice, story)
  const turns = Array.from({ length: registrations }, (_, turn) => turn)
  const small = Array.from({ length: SMALL.captains }, () => SMALL.slug)
  await Promise.all([
    inParallel(turns, atOnce, (turn) => playTurn(captain, turn)),
    inParallel(
      small,
      4,
      async (tournament) => void (await captain.register({ tournament, expects: 'TOURNAMENT_FULL' })),
    ),
  ])
  return story
}

/** One captain who succeeds, or gives up; and every few turns somebody who cannot. */
async function playTurn(captain: ReturnType<typeof makeCaptain>, turn: number): Promise<void> {
  const first = await captain.register({ isImpatient: turn % 20 === 7 })
  if (first.end.is !== 'registered') return
  const { draft } = first
  if (turn % 20 === 0)
    await captain.register({ about: { teamName: `Breaking ${draft.teamName}` }, expects: 'INTERNAL_ERROR' })
  if (turn % 20 === 5)
    await captain.register({ about: { teamName: draft.teamName.toUpperCase() }, expects: 'DUPLICATE_TEAM_NAME' })
  if (turn % 20 === 10)
    await captain.register({
      about: { captain: { ...aRegistration().captain, email: draft.captain.email } },
      expects: 'DUPLICATE_CAPTAIN_EMAIL',
    })
  if (turn % 20 === 15) {
    const second = await captain.register({ about: { clubName: draft.clubName } })
    if (second.end.is === 'registered')
      await captain.register({ about: { clubName: draft.clubName }, expects: 'CLUB_LIMIT_REACHED' })
  }
  // Sent, and never named.
  if (turn % 20 === 13) await captain.sendFile(samplePdf(LETTER_BYTES, crypto.randomUUID()), 'pastor_letter')
}

function makeCaptain(urls: readonly string[], dice: Random, story: Story) {
  /** Again until there is a whole answer that is none of a server that cannot now. Throws what `init.signal` says. */
  const ask = async (
    path: string,
    init: RequestInit,
  ): Promise<{ status: number; said: Answer & { code?: string } }> => {
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await fetch(dice.pick(urls) + path, init)
        const said = (await answer.json()) as Answer & { code?: string }
        if (!NOT_NOW.has(answer.status) && said.code !== 'REQUEST_IN_PROGRESS') return { status: answer.status, said }
      } catch (error) {
        if (init.signal?.aborted) throw error
      }
      if (tries === TRIES_MAX) throw new Error(`No answer to ${path}`)
      await Bun.sleep(AGAIN_MS)
    }
  }
  const api = (path: string, tournament?: string) => `/api/v1${tournament ? `/tournaments/${tournament}` : ''}${path}`

  const sendFile = async (bytes: Uint8Array<ArrayBuffer>, kind: string, tournament?: string): Promise<string> => {
    const form = new FormData()
    form.set('kind', kind)
    form.set('file', new File([bytes], kind === 'pastor_letter' ? 'letter.pdf' : 'team.jpg'))
    const { status, said } = await ask(api('/uploads', tournament), { method: 'POST', body: form })
    if (status !== 201) throw new Error(`A file was refused: ${status} ${JSON.stringify(said)}`)
    return said.id
  }

  /** Sends the documents and the registration; what was not expected is a problem. */
  const register = async ({ about = {}, expects, tournament, isImpatient }: Wish): Promise<Sent & { draft: Draft }> => {
    const seed = dice.isOneIn(SHARED_ONE_IN) ? dice.whole(1, SHARED_LETTERS) : crypto.randomUUID()
    const letter = samplePdf(LETTER_BYTES, seed)
    const photos = dice.isOneIn(PHOTO_ONE_IN) ? [sampleJpeg(PHOTO_BYTES, crypto.randomUUID())] : []
    const draft = aRegistration({ players: aSquad(11), ...about })
    const { teamName, captain } = draft
    const sent: Sent & { draft: Draft } = {
      draft,
      teamName,
      captainEmail: captain.email,
      digests: [letter, ...photos].map(sha256),
      tournament,
      end: { is: 'unknown' },
    }
    story.sent.push(sent)
    try {
      const documents = [await sendFile(letter, 'pastor_letter', tournament)]
      for (const photo of photos) documents.push(await sendFile(photo, 'group_photo', tournament))
      const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }
      const body = JSON.stringify({ ...draft, documents })
      const signal = isImpatient ? AbortSignal.timeout(dice.whole(0, PATIENCE_MAX_MS)) : undefined
      const { status, said } = await ask(api('/registrations', tournament), { method: 'POST', headers, body, signal })
      sent.end = status === 201 ? { is: 'registered', answer: said } : { is: 'refused', code: said.code! }
      const isRight = sent.end.is === 'refused' ? sent.end.code === expects : !expects || expects === 'TOURNAMENT_FULL'
      if (!isRight)
        story.problems.push(`${teamName}: ${status} ${JSON.stringify(said)}, expected ${expects ?? 'success'}`)
    } catch (error) {
      if (!isImpatient) story.problems.push(`${teamName}: ${error}`)
    }
    return sent
  }
  return { register, sendFile }
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
