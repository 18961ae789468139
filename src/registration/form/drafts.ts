import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import type { DraftFile } from '#src/documents/model.ts'
import { forgetDraftFiles, listDraftFiles } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { hashToken, newToken } from '#src/lib/keys.ts'
import { type DraftForm, emptyForm } from './draft-form.ts'
import * as store from './draft-store.ts'

export const DRAFT_DAYS = 14
const DAY_MS = 86_400_000
const DELETED_AT_ONCE = 200
const TOKEN = /^[\w-]{43}$/

/** A form being filled in. `id` is absent until the first field is kept. */
export type OpenDraft = { token: string; id?: string; form: DraftForm; files: DraftFile[]; teamId: string | null }

export const DRAFT_SECONDS = (DRAFT_DAYS * DAY_MS) / 1000

/** The draft of a token; a fresh one, of which nothing is kept yet, where there is none. */
export async function openDraft(
  ctx: AppContext,
  tournament: Tournament,
  token: string | undefined,
): Promise<OpenDraft> {
  const fresh = { token: newToken(), form: emptyForm(tournament), files: [], teamId: null }
  if (token === undefined || !TOKEN.test(token)) return fresh
  const draft = await store.findDraft(ctx.db.read, hashToken(token))
  if (!draft) return { ...fresh, token }
  if (draft.tournamentId !== tournament.id) return fresh
  return { token, id: draft.id, form: draft.form, files: await listDraftFiles(ctx, draft.id), teamId: draft.teamId }
}

/** The draft that a link names, of whichever tournament. Throws NOT_FOUND where there is none (any more). */
export async function getDraft(
  ctx: AppContext,
  token: string,
): Promise<OpenDraft & { id: string; tournamentId: string }> {
  const draft = TOKEN.test(token) ? await store.findDraft(ctx.db.read, hashToken(token)) : undefined
  if (!draft) throw new AppError('NOT_FOUND', { message: m.form_unknown({ days: DRAFT_DAYS }) })
  return { token, ...draft, files: await listDraftFiles(ctx, draft.id) }
}

/** Whether the form of this token became a registration. */
export async function isSent(ctx: AppContext, token: string): Promise<boolean> {
  const draft = await store.findDraft(ctx.db.read, hashToken(token))
  return draft !== undefined && draft.teamId !== null
}

/** Keeps what was typed. A registered draft stays as it was sent. Throws NOT_FOUND for a token that is none. */
export async function saveDraft(
  ctx: AppContext,
  tournament: Tournament,
  token: string,
  form: DraftForm,
): Promise<store.Draft> {
  const tokenHash = TOKEN.test(token) ? hashToken(token) : undefined
  const draft =
    tokenHash &&
    (await store.upsertDraft(ctx.db.read, { tokenHash, tournamentId: tournament.id, form, now: ctx.now() }))
  if (!draft) throw new AppError('NOT_FOUND')
  return draft
}

/** A draft to put files into, made when the first file comes before the first field. */
export async function ensureDraft(ctx: AppContext, tournament: Tournament, token: string): Promise<store.Draft> {
  const draft = TOKEN.test(token) ? await store.findDraft(ctx.db.read, hashToken(token)) : undefined
  if (draft && draft.tournamentId !== tournament.id) throw new AppError('NOT_FOUND')
  return draft ?? (await saveDraft(ctx, tournament, token, emptyForm(tournament)))
}

/** Deletes drafts that nobody touched for fourteen days, with their files. */
export async function expireDrafts(ctx: AppContext): Promise<number> {
  const before = new Date(ctx.now().getTime() - DRAFT_DAYS * DAY_MS)
  return ctx.db.write.begin(async (tx) => {
    const ids = await store.lockOldDrafts(tx, before, DELETED_AT_ONCE)
    if (ids.length === 0) return 0
    await forgetDraftFiles(tx, ids)
    await store.deleteDrafts(tx, ids)
    return ids.length
  })
}
