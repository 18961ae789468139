import type { AppContext, Tournament } from '#src/context.ts'
import type { Document, DocumentKind } from '#src/documents/model.ts'
import { listDocuments } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { ownOrigin } from '#src/http/csrf.ts'
import type { Actor } from '#src/permissions.ts'
import type { Registration } from '#src/review/model.ts'
import { documentAddress, getRegistration } from '#src/review/service.ts'
import { findTeamId } from '#src/teams/service.ts'

/** Who looks, where the addresses of files begin, and at which tournament. */
export type Looker = { actor: Actor; tournament: Tournament; origin: string }
type Asked = Pick<Looker, 'actor' | 'tournament'> & {
  request: Request
  set: { headers: Record<string, string | number> }
}

/** Whoever asks. What they are shown may lead to private files: nobody stores the answer. */
export function lookerOf(ctx: AppContext, { actor, tournament, request, set }: Asked): Looker {
  set.headers['cache-control'] = 'no-store'
  return { actor, tournament, origin: ownOrigin(ctx, request) }
}

type Shown = Pick<Document, 'id' | 'kind' | 'fileId' | 'contentType'>
/** The address of a document of this kind; undefined where there is none, or none that the looker may see. */
export type AddressOf = (kind: DocumentKind, playerId?: string) => string | undefined

/** Where a team's documents are found, for this looker. */
export const addressesOf =
  (
    ctx: AppContext,
    { actor, tournament, origin }: Looker,
    teamId: string,
    documents: readonly (Shown & { playerId?: string | null })[],
  ): AddressOf =>
  (kind, playerId) => {
    const found = documents.find((one) => one.kind === kind && (one.playerId ?? undefined) === playerId)
    const path = found && documentAddress(ctx, actor, tournament, teamId, found)
    return path === undefined ? undefined : origin + path
  }

/** A team as staff see it, by what people call it, with the way to its documents. Throws NOT_FOUND. */
export async function openTeam(
  ctx: AppContext,
  looker: Looker,
  code: string,
): Promise<{ registration: Registration; addressOf: AddressOf }> {
  const id = await findTeamId(ctx.db.read, looker.tournament.id, code.toUpperCase())
  if (id === undefined) throw new AppError('NOT_FOUND')
  const [registration, documents] = await Promise.all([
    getRegistration(ctx, looker.actor, looker.tournament, id),
    listDocuments(ctx, id),
  ])
  return { registration, addressOf: addressesOf(ctx, looker, id, documents) }
}
