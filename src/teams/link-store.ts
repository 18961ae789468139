import type { Queryable } from '#src/db/client.ts'
import type { EntryLink, LinkPurpose, Team } from './model.ts'
import { TEAM } from './store.ts'

/** A link in use is written down this often. */
const USE_NOTED_EVERY = '1 minute'

export type NewLink = {
  tokenHash: Uint8Array
  teamId: string
  madeFor: LinkPurpose
  madeBy: string | null
  expiresAt: Date
  now: Date
}

/**
 * False where the captain, whom the link is for, was erased: whoever erases holds the team, so that no link is made meanwhile. Staff may
 * make one all the same.
 */
export async function insertEntryLink(sql: Queryable, link: NewLink): Promise<boolean> {
  const { count } = await sql`
    insert into entry_links (token_hash, team_id, made_for, made_by, expires_at, created_at)
    select ${link.tokenHash}::bytea, id, ${link.madeFor}::text, ${link.madeBy}::uuid, ${link.expiresAt}::timestamptz, ${link.now}::timestamptz
    from teams where id = ${link.teamId} and (captain_email <> '' or ${link.madeFor} = 'staff') for key share`
  return count > 0
}

/** `stateReason` is what was said with the last move. */
export type LinkedTeam = Team & { stateReason: string | null; expiresAt: Date; revokedAt: Date | null }

/** The team a link opens, and how long it does. That it was used is noted with the same statement, where it still opens something. */
export async function findTeamByLink(
  sql: Queryable,
  tokenHash: Uint8Array,
  now: Date,
): Promise<LinkedTeam | undefined> {
  const [row] = await sql<LinkedTeam[]>`
    with used as (
      update entry_links set last_used_at = ${now}
      where token_hash = ${tokenHash} and revoked_at is null and expires_at > ${now}
        and (last_used_at is null or last_used_at < ${now}::timestamptz - ${sql.unsafe(`interval '${USE_NOTED_EVERY}'`)})
    )
    select ${sql.unsafe(TEAM)}, l.expires_at as "expiresAt", l.revoked_at as "revokedAt",
      (select reason from registration_moves m where m.team_id = t.id order by m.id desc limit 1) as "stateReason"
    from entry_links l join teams t on t.id = l.team_id join clubs c on c.id = t.club_id where l.token_hash = ${tokenHash}`
  return row
}

/** Teams of that captain, by the key of their e-mail: the newest ones, whatever became of them. */
export async function findTeamsByCaptain(sql: Queryable, emailKey: string, max: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from teams where captain_email_key = ${emailKey} and captain_email <> '' order by submitted_at desc limit ${max}`
  return rows.map(({ id }) => id)
}

/** The team's links that still open its page, the newest first; those of single visits are left out. */
export const listEntryLinks = (sql: Queryable, teamId: string, now: Date, max: number): Promise<EntryLink[]> =>
  sql<EntryLink[]>`
    select l.id, l.made_for as "madeFor", s.name as "madeBy", l.created_at as "madeAt", l.last_used_at as "lastUsedAt",
      l.expires_at as "expiresAt"
    from entry_links l left join staff s on s.id = l.made_by
    where l.team_id = ${teamId} and l.revoked_at is null and l.expires_at > ${now} and l.made_for <> 'visit'
    order by l.created_at desc, l.id limit ${max}`

/** Ends one link of the team, or all of them. Returns how many still opened something. */
export async function revokeEntryLinks(tx: Queryable, teamId: string, id: string | null, now: Date): Promise<number> {
  const { count } = await tx`
    update entry_links set revoked_at = ${now}
    where team_id = ${teamId} and (${id}::uuid is null or id = ${id}::uuid) and revoked_at is null and expires_at > ${now}`
  return count
}

/** Removes links that ended more than a month ago; until then they answer LINK_EXPIRED. */
export async function deleteEndedLinks(sql: Queryable, now: Date, limit: number): Promise<number> {
  const rows = await sql`
    delete from entry_links where token_hash in (
      select token_hash from entry_links where expires_at < ${now}::timestamptz - interval '30 days' limit ${limit}) returning true`
  return rows.length
}
