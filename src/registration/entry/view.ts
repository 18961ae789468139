import type { AppContext, Tournament } from '#src/context.ts'
import { type Document, type DocumentKind, documentLabel, erasedText } from '#src/documents/model.ts'
import { fileAddress } from '#src/documents/service.ts'
import type { PictureSize } from '#src/files/picture-name.ts'
import { showPhone } from '#src/lib/phone.ts'
import { type Contact, MOVES, playerCode, type Team } from '#src/teams/model.ts'
import type { SquadPlayer } from '#src/teams/service.ts'
import { isIdRevealed } from '#src/tournaments/model.ts'
import { instantText } from '#src/tournaments/service.ts'
import type { EntryDocument, EntryProps } from '#views/registration/entry.tsx'

/** Small: a team's page may show thirty. */
const SHOWN_PICTURE_SIZE = 320

type Entry = {
  team: Team & { stateReason: string | null }
  players: readonly SquadPlayer[]
  documents: readonly Document[]
}
type Around = Pick<EntryProps, 'address' | 'errors' | 'reason' | 'flash'>

/** What a team's own page shows of it, in the tournament's words and zone. */
export function entryProps(
  ctx: AppContext,
  tournament: Tournament,
  { team, players, documents }: Entry,
  around: Around,
): EntryProps {
  const code = isIdRevealed(tournament, team.state) ? team.code : null
  const shown = (playerId: string | null) =>
    documents
      .filter((document) => document.playerId === playerId)
      .map((document) => entryDocument(ctx, tournament, document))
  return {
    ...around,
    tournamentName: tournament.name,
    tournamentHref: tournament.isDefault ? '/' : `/t/${tournament.slug}`,
    teamName: team.name,
    clubLabel: tournament.clubLabel,
    clubName: team.clubName,
    state: team.state,
    teamId: code,
    reference: team.reference,
    submittedText: instantText(tournament, team.submittedAt),
    decisionReason: team.state === 'approved' || team.state === 'rejected' ? team.stateReason : null,
    captain: contactText(tournament, team.captain),
    viceCaptain: contactText(tournament, team.viceCaptain),
    players: players.map((player) => ({
      name: player.name,
      role: player.role,
      code: code && playerCode(code, player.position),
      documents: shown(player.id),
    })),
    documents: shown(null),
    missing: missingDocuments(tournament, documents),
    mayWithdraw: MOVES[team.state].includes('withdrawn'),
  }
}

function entryDocument(ctx: AppContext, tournament: Tournament, document: Document): EntryDocument {
  const label = documentLabel(document.kind)
  if (document.fileId === null) return { id: document.id, label, erased: erasedText(tournament, document)! }
  const { fileId, originalName: downloadName, contentType, bytes } = document
  const address = (picture?: PictureSize) => fileAddress(ctx, { fileId, downloadName, contentType, picture })
  return {
    id: document.id,
    label,
    name: downloadName,
    bytes,
    href: address(),
    pictureHref: contentType === 'application/pdf' ? undefined : address(SHOWN_PICTURE_SIZE),
  }
}

/** Documents of the team that the tournament insists on and does not have. */
const missingDocuments = (tournament: Tournament, documents: readonly Document[]): string[] =>
  tournament.documents
    .filter((asked) => asked.required && !documents.some((document) => document.kind === asked.kind))
    .map((asked) => documentLabel(asked.kind as DocumentKind))

const contactText = (tournament: Tournament, { name, phone, email }: Contact) =>
  [name, phone && showPhone(phone, tournament.country), email].filter(Boolean).join(', ')
