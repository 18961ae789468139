import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import type { DraftFile } from '#src/documents/model.ts'
import {
  forgetDraftFiles,
  listDraftFiles,
  lockUploadsOfDraft,
  releaseFiles,
  takeDraftFiles,
} from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { drain } from '#src/lib/drain.ts'
import { hashToken } from '#src/lib/keys.ts'
import { type DraftForm, emptyForm } from './draft-form.ts'
import * as store from './draft-store.ts'
import { isDraftToken, newDraftToken } from './draft-token.ts'
import { admitNewDraft, type Saver } from './new-draft.ts'

export const DRAFT_DAYS = 14
const DAY_MS = 86_400_000
const DRAFTS_A_BATCH = 200
const DRAFT_BATCHES_MAX = 500
const TOKEN = /^[\w-]{43}$/

/** A form being filled in. `id` is absent until the first field is kept. */
export type OpenDraft = { token: string; id?: string; form: DraftForm; files: DraftFile[]; teamId: string | null }

/** A form that something of is kept, found by its link. */
export type LinkedDraft = OpenDraft & { id: string; tournamentId: string }

export const DRAFT_SECONDS = (DRAFT_DAYS * DAY_MS) / 1000

/** The draft of a token; a fresh one, of which nothing is kept yet, where there is none. A token that is not ours opens a fresh one. */
export async function openDraft(
  ctx: AppContext,
  tournament: Tournament,
  token: string | undefined,
): Promise<OpenDraft> {
  const fresh = { token: newDraftToken(ctx.keys), form: emptyForm(tournament), files: [], teamId: null }
  if (token === undefined || !TOKEN.test(token)) return fresh
  const draft = await store.findDraft(ctx.db.read, hashToken(token))
  if (!draft) return isDraftToken(ctx.keys, token) ? { ...fresh, token } : fresh
  if (draft.tournamentId !== tournament.id) return fresh
  return { token, id: draft.id, form: draft.form, files: await listDraftFiles(ctx, draft.id), teamId: draft.teamId }
}

/** The draft that a link names, of whichever tournament. Throws NOT_FOUND where there is none (any more). */
export async function getDraft(ctx: AppContext, token: string): Promise<LinkedDraft> {
  const draft = TOKEN.test(token) ? await store.findDraft(ctx.db.read, hashToken(token)) : undefined
  if (!draft) throw unknownForm()
  return { token, ...draft, files: await listDraftFiles(ctx, draft.id) }
}

/** Whether the form of this token became a registration. */
export async function isSent(ctx: AppContext, token: string): Promise<boolean> {
  const draft = await store.findDraft(ctx.db.read, hashToken(token))
  return draft !== undefined && draft.teamId !== null
}

/**
 * Keeps what was typed. A registered draft stays as it was sent. Throws NOT_FOUND for a token that the server did not make; for one that
 * is new RATE_LIMITED and STORAGE_UNAVAILABLE.
 */
export async function saveDraft(
  ctx: AppContext,
  tournament: Tournament,
  token: string,
  form: DraftForm,
  saver: Saver,
): Promise<store.Draft> {
  if (!TOKEN.test(token)) throw unknownForm()
  const typed = { tokenHash: hashToken(token), tournamentId: tournament.id, form, now: ctx.now() }
  const known = await store.updateDraft(ctx.db.read, typed)
  if (known) return known
  if (!isDraftToken(ctx.keys, token)) throw unknownForm()
  await admitNewDraft(ctx, saver)
  // Another request may have made it meanwhile.
  const begun = await store.insertDraft(ctx.db.read, typed)
  if (begun) ctx.log.info({ draftId: begun.id, tournamentId: begun.tournamentId }, 'draft.begun')
  const made = begun ?? (await store.updateDraft(ctx.db.read, typed))
  if (!made) throw new AppError('NOT_FOUND')
  return made
}

/** A draft to put files into, made when the first file comes before the first field. Throws as `saveDraft`. */
export async function ensureDraft(
  ctx: AppContext,
  tournament: Tournament,
  token: string,
  saver: Saver,
): Promise<store.Draft> {
  const draft = TOKEN.test(token) ? await store.findDraft(ctx.db.read, hashToken(token)) : undefined
  if (draft && draft.tournamentId !== tournament.id) throw new AppError('NOT_FOUND')
  return draft ?? (await saveDraft(ctx, tournament, token, emptyForm(tournament), saver))
}

/** Deletes a draft that nobody can come back to, with its files at once; one that was sent stays. */
export async function dropDraft(ctx: AppContext, id: string): Promise<void> {
  const claims = await ctx.db.write.begin(async (tx) => {
    await lockUploadsOfDraft(tx, id)
    const draft = await store.lockDraft(tx, id)
    if (!draft || draft.teamId !== null) return []
    const taken = await takeDraftFiles(ctx, tx, id, '')
    await store.deleteDrafts(tx, [id])
    return taken
  })
  await releaseFiles(ctx, claims)
}

const unknownForm = () => new AppError('NOT_FOUND', { message: m.form_unknown({ days: DRAFT_DAYS }) })

/** Deletes drafts that nobody touched for fourteen days, at most `DRAFT_BATCHES_MAX` batches, with their files. How many. */
export async function expireDrafts(ctx: AppContext, stopping?: AbortSignal): Promise<number> {
  const before = new Date(ctx.now().getTime() - DRAFT_DAYS * DAY_MS)
  const batch = (size: number) =>
    ctx.db.write.begin(async (tx) => {
      const ids = await store.lockOldDrafts(tx, before, size)
      if (ids.length === 0) return 0
      await forgetDraftFiles(tx, ids)
      await store.deleteDrafts(tx, ids)
      return ids.length
    })
  const count = await drain(batch, { size: DRAFTS_A_BATCH, batchesMax: DRAFT_BATCHES_MAX, stopping })
  if (count > 0) ctx.log.info({ count }, 'draft.expired')
  return count
}
