import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import type { DraftFile } from '#src/documents/model.ts'
import {
  type Claim,
  countSlots,
  listDraftFiles,
  lockUploadsOfDraft,
  maskUploadNames,
  takeDraftFiles,
} from '#src/documents/service.ts'
import type { Masking } from '#src/teams/service.ts'
import type { DraftForm } from './draft-form.ts'
import * as store from './draft-store.ts'

const DRAFTS_SEARCHED_MAX = 100
const NO_CONTACT = { name: '', phone: '', email: '', whatsapp: '' }
const NO_PLAYER = { name: '', role: '', jerseyNumber: '', dateOfBirth: '' }

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
  documents: number
}

/** Everybody in forms that hold one of the texts (in lower case) or one of the rows of digits; the caller looks closer. */
export const listDraftPeople = async (
  ctx: AppContext,
  texts: readonly string[],
  digits: readonly string[],
): Promise<DraftPerson[]> => peopleOf(ctx, await store.searchDrafts(ctx.db.read, texts, digits, DRAFTS_SEARCHED_MAX))

/** Those of these drafts; none of one that is not there or was sent. */
export const listPeopleOfDrafts = async (ctx: AppContext, draftIds: readonly string[]): Promise<DraftPerson[]> =>
  draftIds.length === 0 ? [] : peopleOf(ctx, await store.listUnsentDrafts(ctx.db.read, draftIds))

async function peopleOf(ctx: AppContext, drafts: readonly store.Draft[]): Promise<DraftPerson[]> {
  if (drafts.length === 0) return []
  const ids = drafts.map(({ id }) => id)
  const slots = await countSlots(ctx.db.read, ids)
  return drafts.flatMap(({ id, tournamentId, form: { captain, viceCaptain, rows } }) => {
    const ownSlots = slots.filter(({ draftId }) => draftId === id).map(({ slot }) => slot)
    const inRows = rows.map(({ key, name, dateOfBirth }) => ({
      ...NO_CONTACT,
      part: key,
      name,
      dateOfBirth,
      documents: ownSlots.filter((slot) => slot.startsWith(slotsOfRow(key))).length,
    }))
    const contacts = Object.entries({ captain, viceCaptain }).map(([part, contact]) => ({
      ...contact,
      part,
      dateOfBirth: '',
      documents: 0,
    }))
    return [...contacts, ...inRows].map((person) => ({ draftId: id, tournamentId, ...person }))
  })
}

export type DraftErasing = { parts: readonly string[]; hasTeamFiles: boolean; masking: Masking }

/**
 * Empties the places of people in a form that is not sent, and takes their files out, with `hasTeamFiles` the team's own as well, in the
 * caller's transaction. Returns the puts of the files, for `releaseFiles`; the team's id where the form was sent meanwhile: then nothing
 * was done.
 */
export async function eraseFromDraft(
  ctx: AppContext,
  tx: Queryable,
  draftId: string,
  { parts, hasTeamFiles, masking }: DraftErasing,
): Promise<{ claims: Claim[]; becameTeam?: string }> {
  await lockUploadsOfDraft(tx, draftId)
  const draft = await store.lockDraft(tx, draftId)
  if (!draft) return { claims: [] }
  if (draft.teamId !== null) return { claims: [], becameTeam: draft.teamId }
  await store.replaceForm(tx, draftId, withoutPeople(draft.form, parts))
  await maskUploadNames(tx, draftId, masking.pattern, masking.placeholder)
  const claims: Claim[] = []
  for (const slots of slotsOf(parts, hasTeamFiles)) claims.push(...(await takeDraftFiles(ctx, tx, draftId, slots)))
  return { claims }
}

/** The files that `eraseFromDraft` takes out of a form. */
export async function listFilesOfParts(
  ctx: AppContext,
  draftId: string,
  { parts, hasTeamFiles }: Omit<DraftErasing, 'masking'>,
): Promise<DraftFile[]> {
  const starts = slotsOf(parts, hasTeamFiles)
  return (await listDraftFiles(ctx, draftId)).filter(({ slot }) => starts.some((start) => slot.startsWith(start)))
}

const slotsOfRow = (key: string) => `players.${key}.`
/** How the slots begin. */
const slotsOf = (parts: readonly string[], hasTeamFiles: boolean) => [
  ...parts.filter((part) => part !== 'captain' && part !== 'viceCaptain').map(slotsOfRow),
  ...(hasTeamFiles ? ['team.'] : []),
]

/** A payment's reference goes with the captain, who made the payment: it may be a telephone number. */
const withoutPeople = (form: DraftForm, parts: readonly string[]): DraftForm => ({
  ...form,
  ...(parts.includes('captain') && { captain: NO_CONTACT, paymentReference: '' }),
  ...(parts.includes('viceCaptain') && { viceCaptain: NO_CONTACT }),
  rows: form.rows.map((row) => (parts.includes(row.key) ? { ...NO_PLAYER, key: row.key } : row)),
})

/** Deletes the drafts that became the team, in the caller's transaction. Returns the puts of their files, for `releaseFiles`. */
export async function forgetDraftsOf(
  ctx: AppContext,
  tx: Queryable,
  teamId: string,
): Promise<{ drafts: number; claims: Claim[] }> {
  const ids = await store.lockDraftsOf(tx, teamId)
  const claims: Claim[] = []
  for (const id of ids) claims.push(...(await takeDraftFiles(ctx, tx, id, '')))
  if (ids.length > 0) await store.deleteDrafts(tx, ids)
  return { drafts: ids.length, claims }
}
