import type { Queryable } from '#src/db/client.ts'
import type { ContentType } from '#src/files/file-type.ts'
import type { Document, DocumentKind, ErasedFor } from './model.ts'

/** In which a registration is decided or over, so that the time of its documents runs. */
const ENDED = `('approved', 'rejected', 'withdrawn')`

export async function listDocuments(sql: Queryable, teamId: string): Promise<Document[]> {
  return sql<Document[]>`
    select d.id, d.player_id as "playerId", d.kind, d.original_name as "originalName", d.position, f.bytes,
      f.content_type as "contentType", f.id as "fileId", d.erased_at as "erasedAt", d.erased_for as "erasedFor"
    from documents d left join files f on f.id = d.file_id where d.team_id = ${teamId} order by d.position, d.id`
}

export type TeamsDocument = { id: string; teamId: string; kind: DocumentKind; fileId: string; contentType: ContentType }

export const listTeamsOwnDocuments = (sql: Queryable, teamIds: readonly string[]): Promise<TeamsDocument[]> =>
  sql<TeamsDocument[]>`
    select d.id, d.team_id as "teamId", d.kind, d.file_id as "fileId", f.content_type as "contentType"
    from documents d join files f on f.id = d.file_id
    where d.team_id = any(${teamIds as string[]}::uuid[]) and d.player_id is null order by d.team_id, d.position`

export type HeldDocument = { id: string; teamId: string; tournamentId: string; fileId: string }

/**
 * Documents whose time is over. It runs from when the registration was first decided or withdrawn and not reopened since: a withdrawal after
 * the decision does not begin it anew.
 */
export async function listOldDocuments(sql: Queryable, now: Date, most: number): Promise<HeldDocument[]> {
  return sql<HeldDocument[]>`
    select d.id, d.team_id as "teamId", t.tournament_id as "tournamentId", d.file_id as "fileId"
    from teams t
    join documents d on d.team_id = t.id and d.file_id is not null
    join tournament_documents asked on asked.tournament_id = t.tournament_id and asked.kind = d.kind
    cross join lateral (
      select min(m.created_at) as ended_at from registration_moves m
      where m.team_id = t.id and m.to_state in ${sql.unsafe(ENDED)} and m.id > coalesce((
        select max(o.id) from registration_moves o where o.team_id = t.id and o.to_state not in ${sql.unsafe(ENDED)}), 0)
    ) ended
    where t.state in ${sql.unsafe(ENDED)} and ended.ended_at + make_interval(days => asked.retention_days) <= ${now}
    order by d.id limit ${most}`
}

export type ErasedDocument = { id: string; fileId: string; createdAt: Date }

/** Lets go of the documents' files and returns which; those that have none any more are left out. */
export async function eraseDocuments(
  tx: Queryable,
  ids: readonly string[],
  erasedFor: ErasedFor,
  now: Date,
): Promise<ErasedDocument[]> {
  return tx<ErasedDocument[]>`
    with held as (select id, file_id from documents where id = any(${ids as string[]}::uuid[]) and file_id is not null for update)
    update documents d set file_id = null, original_name = '', erased_at = ${now}, erased_for = ${erasedFor}
    from held where d.id = held.id
    returning d.id, held.file_id as "fileId", d.created_at as "createdAt"`
}

/** Documents of a team that have their file: its players' of these ids, and with `isTeamsToo` its own. */
export async function listHeldDocuments(
  sql: Queryable,
  teamId: string,
  playerIds: readonly string[],
  isTeamsToo: boolean,
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from documents where team_id = ${teamId} and file_id is not null
      and (player_id = any(${playerIds as string[]}::uuid[]) or (${isTeamsToo} and player_id is null))`
  return rows.map(({ id }) => id)
}

/** File names as they were sent, without whatever the pattern finds (a POSIX regular expression, case ignored). */
export async function maskFileNames(
  tx: Queryable,
  teamId: string,
  pattern: string,
  placeholder: string,
): Promise<void> {
  await tx`
    update documents set original_name = regexp_replace(original_name, ${pattern}, ${placeholder}, 'gi')
    where team_id = ${teamId} and original_name ~* ${pattern}`
}
