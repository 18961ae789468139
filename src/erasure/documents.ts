import type { AppContext, Tournament } from '#src/context.ts'
import { type DocumentKind, documentLabel } from '#src/documents/model.ts'
import { listDocuments } from '#src/documents/service.ts'
import { listFilesOfParts } from '#src/registration/service.ts'
import type { Person } from './model.ts'

/** A document whose file goes with somebody; `href` shows it, where the team is of the tournament that is shown. */
export type GoingDocument = {
  id: string
  label: string
  fileName: string
  /** The player's name, or the team's; undefined for a team's document in a form. */
  whose: string | undefined
  href?: string
}

/** The documents that erasing these people takes, team by team and form by form. */
export async function listGoingDocuments(
  ctx: AppContext,
  people: readonly Person[],
  hasTeamDocuments: boolean,
  shown?: Tournament,
): Promise<GoingDocument[]> {
  const byPlace = Map.groupBy(people, ({ team, ref }) => team?.id ?? ref.split(':')[1]!)
  const listed = [...byPlace].map(([id, own]) =>
    own[0]!.team ? listOfTeam(ctx, id, own, hasTeamDocuments, shown) : listOfForm(ctx, id, own, hasTeamDocuments),
  )
  return (await Promise.all(listed)).flat()
}

async function listOfTeam(
  ctx: AppContext,
  teamId: string,
  own: readonly Person[],
  hasTeamDocuments: boolean,
  shown?: Tournament,
): Promise<GoingDocument[]> {
  const ownerOf = (playerId: string | null) =>
    playerId === null ? hasTeamDocuments && own[0] : own.find(({ ref }) => ref === `player:${playerId}`)
  return (await listDocuments(ctx, teamId)).flatMap(({ id, kind, originalName, playerId, fileId }) => {
    const owner = ownerOf(playerId)
    if (!owner || fileId === null) return []
    const whose = playerId === null ? owner.team!.name : owner.name
    const href = owner.tournamentId === shown?.id ? `/admin/registrations/${teamId}/documents/${id}` : undefined
    return [{ id, ...wordsOf(kind, originalName), whose, href }]
  })
}

async function listOfForm(
  ctx: AppContext,
  draftId: string,
  own: readonly Person[],
  hasTeamFiles: boolean,
): Promise<GoingDocument[]> {
  const partOf = ({ ref }: Person) => ref.split(':')[2]!
  const files = await listFilesOfParts(ctx, draftId, { parts: own.map(partOf), hasTeamFiles })
  return files.map(({ uploadId, slot, kind, originalName }) => ({
    id: uploadId,
    ...wordsOf(kind, originalName),
    whose: own.find((person) => slot.startsWith(`players.${partOf(person)}.`))?.name,
  }))
}

const wordsOf = (kind: DocumentKind, fileName: string) => ({ label: documentLabel(kind), fileName })
