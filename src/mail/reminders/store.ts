import type { Queryable } from '#src/db/client.ts'

/** Undecided registrations, longest first, that came in before then, lack a required document and were not reminded of it. */
export async function listTeamsToRemind(sql: Queryable, before: Date, now: Date, max: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select t.id from teams t join tournaments o on o.id = t.tournament_id
    where t.state in ('submitted', 'in_review', 'changes_requested') and t.submitted_at < ${before} and t.captain_email <> ''
      and (o.ends_on is null or o.ends_on >= (${now}::timestamptz at time zone o.time_zone)::date)
      and exists (select from tournament_documents d where d.tournament_id = t.tournament_id and d.required
        and not exists (select from documents sent where sent.team_id = t.id and sent.kind = d.kind))
      and not exists (select from mails m where m.team_id = t.id and m.kind = 'reminder')
    order by t.submitted_at limit ${max}`
  return rows.map(({ id }) => id)
}

/** Kinds of documents that the team sent. */
export async function listSentKinds(sql: Queryable, teamId: string): Promise<string[]> {
  const rows = await sql<{ kind: string }[]>`select distinct kind from documents where team_id = ${teamId}`
  return rows.map(({ kind }) => kind)
}
