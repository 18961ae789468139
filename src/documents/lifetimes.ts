import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { drain } from '#src/lib/drain.ts'
import { type Actor, SYSTEM } from '#src/permissions.ts'
import * as documentStore from './document-store.ts'
import type { ErasedFor } from './model.ts'
import { releaseFile, UNCLAIMED_MS } from './orphans.ts'
import * as store from './store.ts'
import * as uploadStore from './upload-store.ts'

const DOCUMENTS_A_BATCH = 200
const DOCUMENT_BATCHES_MAX = 100

/**
 * Erases documents whose kind's time after the decision is over: file, pictures and the host's copy go, the row stays. At most
 * `DOCUMENT_BATCHES_MAX` batches; how many documents.
 */
export async function eraseOldDocuments(ctx: AppContext, stopping?: AbortSignal): Promise<number> {
  const batch = async (size: number) => {
    let erased = 0
    for (const document of await documentStore.listOldDocuments(ctx.db.read, ctx.now(), size)) {
      if (stopping?.aborted) break
      const { id, teamId, tournamentId } = document
      const claims = await ctx.db.write.begin((tx) =>
        eraseDocuments(ctx, tx, { teamId, tournamentId, ids: [id], erasedFor: 'retention', actor: SYSTEM }),
      )
      await releaseFiles(ctx, claims)
      // Another process may have been faster.
      erased += claims.length
    }
    return erased
  }
  const count = await drain(batch, { size: DOCUMENTS_A_BATCH, batchesMax: DOCUMENT_BATCHES_MAX, stopping })
  if (count > 0) ctx.log.info({ count }, 'document.erased')
  return count
}

export type Erasing = {
  teamId: string
  tournamentId: string
  /** Documents of the team. */
  ids: readonly string[]
  erasedFor: ErasedFor
  actor: Actor
}

/**
 * Lets go of the files of a team's documents, with an audit entry for each, in the caller's transaction. After it has committed,
 * `releaseFiles` is to be given what this returns: one for each document that still had its file.
 */
export async function eraseDocuments(ctx: AppContext, tx: Queryable, erasing: Erasing): Promise<store.Claim[]> {
  const { teamId, tournamentId, ids, erasedFor, actor } = erasing
  const erased = await documentStore.eraseDocuments(tx, ids, erasedFor, ctx.now())
  const puts = await uploadStore.removeUploadsOfTeam(tx, teamId)
  for (const { id } of erased)
    await record(tx, {
      event: 'document.erased',
      actor,
      tournamentId,
      subjectId: id,
      data: { teamId, for: erasedFor },
    })
  const claims = erased.map(({ fileId, createdAt }) => ({ fileId, putAt: lastPut(ctx, puts, fileId, createdAt) }))
  return letGo(ctx, tx, claims)
}

/**
 * Takes the files of one part of a draft, or of the whole (''), out of it, in the caller's transaction; then as `eraseDocuments`. The
 * draft's files are to be held.
 */
export const takeDraftFiles = async (
  ctx: AppContext,
  tx: Queryable,
  draftId: string,
  slotStart: string,
): Promise<store.Claim[]> => letGo(ctx, tx, await uploadStore.removeUploadsOfSlots(tx, draftId, slotStart))

/** So that the collector deletes them soon should this process not live to do it. */
async function letGo(ctx: AppContext, tx: Queryable, claims: store.Claim[]): Promise<store.Claim[]> {
  if (claims.length > 0) await store.takeBackPuts(tx, claims, new Date(ctx.now().getTime() - UNCLAIMED_MS))
  return claims
}

/** Deletes the files that nothing names any more, with their pictures and the host's copies; the others stay for whom they are of. */
export async function releaseFiles(ctx: AppContext, claims: readonly store.Claim[]): Promise<void> {
  for (const claim of claims) await releaseFile(ctx, claim)
}

/** The team's own put at the latest, or a day ago: whoever put the same bytes later may be about to name them. */
function lastPut(ctx: AppContext, puts: readonly store.Claim[], fileId: string, boundAt: Date): Date {
  const own = puts.filter((put) => put.fileId === fileId).map(({ putAt }) => putAt.getTime())
  return new Date(Math.max(ctx.now().getTime() - UNCLAIMED_MS, boundAt.getTime(), ...own))
}

type Masking = { pattern: string; placeholder: string }
type Person = {
  teamId: string
  tournamentId: string
  actor: Actor
  playerIds: readonly string[]
  isTeamsToo: boolean
  masking: Masking
}

/**
 * Erases the documents of a team's players, with `isTeamsToo` the team's own as well, and takes their names out of the names of the other
 * files, in the caller's transaction; then as `eraseDocuments`.
 */
export async function erasePersonsDocuments(ctx: AppContext, tx: Queryable, person: Person): Promise<store.Claim[]> {
  const { teamId, tournamentId, actor, playerIds, isTeamsToo, masking } = person
  const ids = await documentStore.listHeldDocuments(tx, teamId, playerIds, isTeamsToo)
  const claims = await eraseDocuments(ctx, tx, { teamId, tournamentId, ids, erasedFor: 'request', actor })
  await documentStore.maskFileNames(tx, teamId, masking.pattern, masking.placeholder)
  return claims
}
