import type { Queryable } from '#src/db/client.ts'
import { SESSION_IDLE_MS } from '../model.ts'
import type { ListedAccount, ListedSession, SeenAccount } from './model.ts'

const HAS_FACTOR = `
  (exists (select from totp_secrets f where f.staff_id = s.id and f.confirmed_at is not null)
    or exists (select from passkeys f where f.staff_id = s.id))`
/** A session that is over is gone; that it began stays on record. */
const ROW = `
  s.id, s.name, s.email, ${HAS_FACTOR} as "hasFactor",
  case when s.disabled_at is not null then 'disabled' when s.password_hash is null then 'invited' else 'active' end as state,
  (select max(at) from (select last_seen_at as at from sessions where staff_id = s.id union all
    select at from audit_entries where subject_id = s.id and event = 'session.started') as used) as "lastSeenAt"`
const ROLES = `
  select coalesce(json_agg(json_build_object('role', r.role, 'tournament', t.name) order by t.name nulls first), '[]')
  from staff_roles r left join tournaments t on t.id = r.tournament_id where r.staff_id = s.id`

/** Of accounts with a role in these tournaments or for all; undefined: of all. */
type Scope = readonly string[] | undefined
type Place = { direction: 'after' | 'before'; emailKey: string }

/** By e-mail address, or, before a place, those nearest to it first. Within a scope the roles elsewhere are left out. */
export async function listAccounts(
  sql: Queryable,
  tournamentIds: Scope,
  { limit, place }: { limit: number; place?: Place },
): Promise<(ListedAccount & { emailKey: string })[]> {
  const inScope = tournamentIds
    ? sql`(r.tournament_id is null or r.tournament_id = any(${tournamentIds as string[]}::text[]::uuid[]))`
    : sql`true`
  const held = tournamentIds
    ? sql`exists (select from staff_roles r where r.staff_id = s.id and ${inScope})`
    : sql`true`
  const isBefore = place?.direction === 'before'
  const from = place
    ? isBefore
      ? sql`s.email_key < ${place.emailKey}`
      : sql`s.email_key > ${place.emailKey}`
    : sql`true`
  return sql<(ListedAccount & { emailKey: string })[]>`
    select ${sql.unsafe(ROW)}, s.email_key as "emailKey", (${sql.unsafe(ROLES)} and ${inScope}) as roles
    from staff s where ${held} and ${from} order by s.email_key ${isBefore ? sql`desc` : sql`asc`} limit ${limit}`
}

/** One account with all its roles; `invitationEndsAt`: until when somebody who was invited can accept. */
export async function findSeen(sql: Queryable, id: string, now: Date): Promise<SeenAccount | undefined> {
  const [row] = await sql<SeenAccount[]>`
    select ${sql.unsafe(ROW)}, s.password_hash is null as "isInvited", s.disabled_at as "disabledAt", s.created_at as "createdAt",
      (select coalesce(json_agg(json_build_object('role', r.role, 'tournamentId', r.tournament_id)), '[]')
        from staff_roles r where r.staff_id = s.id) as grants,
      (select max(expires_at) from staff_links l where l.staff_id = s.id and l.purpose = 'invitation' and l.used_at is null
        and l.expires_at > ${now}) as "invitationEndsAt"
    from staff s where s.id = ${id}`
  return row
}

/** Sessions that are not over, the latest used first. */
export const listSessions = (
  sql: Queryable,
  staffId: string,
  { now, max }: { now: Date; max: number },
): Promise<Omit<ListedSession, 'isThis'>[]> => sql<Omit<ListedSession, 'isThis'>[]>`
  select id, kind, device, created_at as "createdAt", last_seen_at as "lastSeenAt" from sessions
  where staff_id = ${staffId} and expires_at > ${now} and last_seen_at > ${new Date(now.getTime() - SESSION_IDLE_MS)}
  order by last_seen_at desc, id desc limit ${max}`

export const listTournaments = (sql: Queryable, max: number): Promise<{ id: string; name: string }[]> =>
  sql<{ id: string; name: string }[]>`select id, name from tournaments order by is_default desc, name limit ${max}`
