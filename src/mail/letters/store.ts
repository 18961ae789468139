import type { Queryable } from '#src/db/client.ts'
import type { TeamState } from '#src/teams/model.ts'
import type { MailKind } from '../model.ts'
import type { Template } from './kinds.ts'

/** What a message can tell of a team, as it stands. */
export type TeamFacts = {
  name: string
  code: string
  state: TeamState
  reference: string
  clubName: string
  captainName: string
  whatsapp: string
  players: { position: number; name: string; role: string | null }[]
  /** Kinds that were sent, of the team or of a player. */
  documents: string[]
}
export type Facts = { template: Template | null; team: TeamFacts | null }

/** All that a message needs beside the tournament, in one statement. */
export async function findFacts(
  sql: Queryable,
  { tournamentId, teamId, kind }: { tournamentId: string; teamId: string | null; kind: MailKind },
): Promise<Facts> {
  const [row] = await sql<Facts[]>`
    select
      (select json_build_object('subject', subject, 'body', body) from message_templates
        where tournament_id = ${tournamentId} and kind = ${kind}) as template,
      (select json_build_object('name', t.name, 'code', t.code, 'state', t.state, 'reference', t.reference, 'clubName', c.name,
          'captainName', t.captain_name, 'whatsapp', t.captain_whatsapp,
          'players', (select coalesce(json_agg(json_build_object('position', position, 'name', name, 'role', role) order by position), '[]')
            from players where team_id = t.id),
          'documents', (select coalesce(json_agg(distinct kind), '[]') from documents where team_id = t.id))
        from teams t join clubs c on c.id = t.club_id where t.id = ${teamId}) as team`
  return row!
}

/** The tournament's own words, by kind. */
export const listTemplates = (sql: Queryable, tournamentId: string) =>
  sql<(Template & { kind: MailKind; updatedAt: Date })[]>`
    select kind, subject, body, updated_at as "updatedAt" from message_templates where tournament_id = ${tournamentId}`

export async function saveTemplate(
  tx: Queryable,
  tournamentId: string,
  kind: MailKind,
  { subject, body }: Template,
  now: Date,
): Promise<void> {
  await tx`
    insert into message_templates (tournament_id, kind, subject, body, updated_at)
    values (${tournamentId}, ${kind}, ${subject}, ${body}, ${now})
    on conflict (tournament_id, kind) do update set subject = excluded.subject, body = excluded.body, updated_at = excluded.updated_at`
}

/** Back to our words. False where the tournament had none of its own. */
export async function deleteTemplate(tx: Queryable, tournamentId: string, kind: MailKind): Promise<boolean> {
  const { count } = await tx`delete from message_templates where tournament_id = ${tournamentId} and kind = ${kind}`
  return count > 0
}
