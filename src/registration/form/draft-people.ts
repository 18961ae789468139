import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { type Claim, takeDraftFiles } from '#src/documents/service.ts'
import type { DraftForm } from './draft-form.ts'
import * as store from './draft-store.ts'

const DRAFTS_SEARCHED_MAX = 100

/** Somebody who was typed into a form that is not sent: `part` is `captain`, `viceCaptain` or the key of a player's row. */
export type DraftPerson = {
  draftId: string
  tournamentId: string
  part: string
  name: string
  phone: string
  email: string
  whatsapp: string
  dateOfBirth: string
}

/** Everybody in forms that hold one of the texts (in lower case) or one of the rows of digits; the caller looks closer. */
export async function listDraftPeople(
  ctx: AppContext,
  texts: readonly string[],
  digits: readonly string[],
): Promise<DraftPerson[]> {
  const drafts = await store.searchDrafts(ctx.db.read, texts, digits, DRAFTS_SEARCHED_MAX)
  return drafts.flatMap(({ id, tournamentId, form }) => peopleOf(id, tournamentId, form))
}

/** Those of one draft; none where it is not there or was sent. */
export async function listPeopleOfDraft(ctx: AppContext, draftId: string): Promise<DraftPerson[]> {
  const draft = await store.findDraftById(ctx.db.read, draftId)
  return draft && draft.teamId === null ? peopleOf(draft.id, draft.tournamentId, draft.form) : []
}

function peopleOf(draftId: string, tournamentId: string, form: DraftForm): DraftPerson[] {
  const rows = form.rows.map(({ key, name, dateOfBirth }) => ({ ...NO_CONTACT, part: key, name, dateOfBirth }))
  return [
    { part: 'captain', ...form.captain, dateOfBirth: '' },
    { part: 'viceCaptain', ...form.viceCaptain, dateOfBirth: '' },
    ...rows,
  ].map((person) => ({ draftId, tournamentId, ...person }))
}

/**
 * Empties the places of people in a form that is not sent, and takes their files out, in the caller's transaction. Returns the puts of the
 * files, for `releaseFiles`.
 */
export async function eraseFromDraft(tx: Queryable, draftId: string, parts: readonly string[]): Promise<Claim[]> {
  const draft = await store.lockDraft(tx, draftId)
  if (!draft) return []
  const { form } = draft
  await store.replaceForm(tx, draftId, {
    ...form,
    ...(parts.includes('captain') && { captain: NO_CONTACT }),
    ...(parts.includes('viceCaptain') && { viceCaptain: NO_CONTACT }),
    rows: form.rows.map((row) => (parts.includes(row.key) ? { ...NO_PLAYER, key: row.key } : row)),
  })
  const claims: Claim[] = []
  for (const { key } of form.rows)
    if (parts.includes(key)) claims.push(...(await takeDraftFiles(tx, draftId, `players.${key}.`)))
  return claims
}

/** Deletes the drafts that became the team, in the caller's transaction. Returns the puts of their files, for `releaseFiles`. */
export async function forgetDraftsOf(tx: Queryable, teamId: string): Promise<{ drafts: number; claims: Claim[] }> {
  const ids = await store.lockDraftsOf(tx, teamId)
  const claims: Claim[] = []
  for (const id of ids) claims.push(...(await takeDraftFiles(tx, id, '')))
  if (ids.length > 0) await store.deleteDrafts(tx, ids)
  return { drafts: ids.length, claims }
}

const NO_CONTACT = { name: '', phone: '', email: '', whatsapp: '' }
const NO_PLAYER = { name: '', role: '', jerseyNumber: '', dateOfBirth: '' }
