import type { Queryable } from '#src/db/client.ts'
import type { ContentType } from '#src/files/file-type.ts'
import { type Actor, idOf } from '#src/permissions.ts'
import type { TeamState } from '#src/teams/model.ts'
import type { DocumentLine, HistoryLine, MailLine, PlayerLine, Registration } from './model.ts'

/** As PostgreSQL puts it into JSON: an instant is text there. */
type AsJson<Line extends { at: Date }> = Omit<Line, 'at'> & { at: string }
type StoredDocument = Omit<DocumentLine, 'erasedAt'> & { erasedAt: string | null; playerId: string | null }

export type WholeRegistration = Omit<Registration, 'players' | 'documents' | 'history' | 'mails'> & {
  players: (Omit<PlayerLine, 'code' | 'documents'> & { position: number })[]
  documents: StoredDocument[]
  history: AsJson<HistoryLine>[]
  mails: AsJson<MailLine>[]
}

/** A team of the tournament with all that belongs to it, in one statement. */
export async function findRegistration(
  sql: Queryable,
  tournamentId: string,
  id: string,
): Promise<WholeRegistration | undefined> {
  const [row] = await sql<WholeRegistration[]>`
    select t.id, t.code, t.name, c.name as "clubName", t.state, t.payment_reference as "paymentReference", t.reference,
      t.player_count as "playerCount", t.submitted_at as "submittedAt",
      json_build_object('name', captain_name, 'phone', captain_phone, 'email', captain_email, 'whatsapp', captain_whatsapp) as captain,
      json_build_object('name', vice_captain_name, 'phone', vice_captain_phone, 'email', vice_captain_email,
        'whatsapp', vice_captain_whatsapp) as "viceCaptain",
      (select coalesce(json_agg(json_build_object('id', id, 'position', position, 'name', name, 'role', role,
          'jerseyNumber', jersey_number, 'dateOfBirth', date_of_birth) order by position), '[]')
        from players where team_id = t.id) as players,
      (select coalesce(json_agg(json_build_object('id', d.id, 'playerId', d.player_id, 'kind', d.kind, 'fileName', d.original_name,
          'contentType', f.content_type, 'bytes', f.bytes, 'erasedAt', d.erased_at, 'erasedFor', d.erased_for) order by d.position), '[]')
        from documents d left join files f on f.id = d.file_id where d.team_id = t.id) as documents,
      (select coalesce(json_agg(json_build_object('at', m.created_at, 'from', m.from_state, 'to', m.to_state, 'reason', m.reason,
          'actorKind', m.actor_kind, 'by', coalesce(s.name, k.name)) order by m.id), '[]')
        from registration_moves m left join staff s on s.id = m.actor_id left join api_keys k on k.id = m.actor_id
        where m.team_id = t.id) as history,
      (select coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'state', state, 'at', created_at, 'lastAnswer', last_answer,
          'isErased', to_address = '') order by id), '[]')
        from mails where team_id = t.id) as mails
    from teams t join clubs c on c.id = t.club_id
    where t.id = ${id} and t.tournament_id = ${tournamentId}`
  return row
}

export type DocumentFile = { id: string; fileId: string; fileName: string; contentType: ContentType }

export async function findDocument(
  sql: Queryable,
  tournamentId: string,
  teamId: string,
  id: string,
): Promise<DocumentFile | undefined> {
  const [row] = await sql<DocumentFile[]>`
    select d.id, d.file_id as "fileId", d.original_name as "fileName", f.content_type as "contentType"
    from documents d join files f on f.id = d.file_id join teams t on t.id = d.team_id
    where d.id = ${id} and d.team_id = ${teamId} and t.tournament_id = ${tournamentId}`
  return row
}

export type Decidable = { state: TeamState }

/** What a decision is about, as it stands under the tournament's lock. */
export async function findDecidable(
  tx: Queryable,
  tournamentId: string,
  teamId: string,
): Promise<Decidable | undefined> {
  const [row] = await tx<Decidable[]>`
    select state from teams where id = ${teamId} and tournament_id = ${tournamentId} for update`
  return row
}

/** The latest question about a team, under a row lock. */
export async function findLatestRequest(
  tx: Queryable,
  teamId: string,
): Promise<{ id: string; state: string } | undefined> {
  const [row] = await tx<{ id: string; state: string }[]>`
    select id, state from decision_requests where team_id = ${teamId} order by asked_at desc, id desc limit 1 for update`
  return row
}

export async function updateRequest(tx: Queryable, id: string, state: string, closedAt: Date): Promise<void> {
  await tx`update decision_requests set state = ${state}, closed_at = ${closedAt} where id = ${id}`
}

/** Closes whatever question is still open about the team. */
export async function closeOpenRequests(tx: Queryable, teamId: string, now: Date): Promise<void> {
  await tx`
    update decision_requests set state = 'closed', closed_at = ${now}
    where team_id = ${teamId} and state in ('pending', 'in_review', 'escalated', 'changes_requested')`
}

type NewDecision = {
  requestId: string
  outcome: 'claimed' | 'approved' | 'rejected'
  reason: string | null
  actor: Actor
  now: Date
}

export async function insertDecision(
  tx: Queryable,
  { requestId, outcome, reason, actor, now }: NewDecision,
): Promise<void> {
  await tx`
    insert into decisions (id, request_id, outcome, reason, actor_kind, actor_id, created_at)
    values (${Bun.randomUUIDv7()}, ${requestId}, ${outcome}, ${reason}, ${actor.kind}, ${idOf(actor) ?? null}, ${now})`
}

/** Reasons of decisions about the team, without whatever the pattern finds (a POSIX regular expression, case ignored). */
export async function maskDecisions(
  tx: Queryable,
  teamId: string,
  pattern: string,
  placeholder: string,
): Promise<void> {
  await tx`
    update decisions set reason = regexp_replace(reason, ${pattern}, ${placeholder}, 'gi')
    where reason ~* ${pattern} and request_id in (select id from decision_requests where team_id = ${teamId})`
}
