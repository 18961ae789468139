import type { Queryable } from '#src/db/client.ts'
import type { MailState } from '../model.ts'
import type { LoggedMail, MailFilter, MailPlace, MailRow, Scope } from './model.ts'

const SEARCH_WORDS_MAX = 8
/** Beyond, a page says so rather than count on. */
const COUNTED_MAX = 1000

const ROW = `
  m.id, m.kind, m.state, m.to_address as "toAddress", m.to_name as "toName", m.attempts, m.last_answer as "lastAnswer",
  m.next_try_at as "nextTryAt", m.created_at as "createdAt",
  case when t.id is null then null else json_build_object('id', t.id, 'code', t.code, 'name', t.name) end as team`

const within = (sql: Queryable, { tournamentId, withAccounts }: Scope) =>
  withAccounts
    ? sql`(m.tournament_id = ${tournamentId} or m.tournament_id is null)`
    : sql`m.tournament_id = ${tournamentId}`

type Listing = { limit: number; place?: MailPlace; byAddress: boolean }

/** The newest first, or, before a place, those nearest to it first. Addresses are searched only with `byAddress`. */
export async function listMails(
  sql: Queryable,
  scope: Scope,
  filter: MailFilter,
  { limit, place, byAddress }: Listing,
): Promise<MailRow[]> {
  const words = (filter.q ?? '').normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean).slice(0, SEARCH_WORDS_MAX)
  const conditions = [
    within(sql, scope),
    ...(filter.state === undefined ? [] : [sql`m.state = ${filter.state}`]),
    ...words.map((word) => {
      const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`
      return byAddress
        ? sql`(t.search_text like ${pattern} or lower(m.to_address) like ${pattern})`
        : sql`t.search_text like ${pattern}`
    }),
    ...(place === undefined ? [] : [place.direction === 'after' ? sql`m.id < ${place.id}` : sql`m.id > ${place.id}`]),
  ]
  const where = conditions.flatMap((condition, index) => (index === 0 ? [condition] : [sql`and`, condition]))
  const direction = place?.direction === 'before' ? sql`asc` : sql`desc`
  return sql<MailRow[]>`
    select ${sql.unsafe(ROW)} from mails m left join teams t on t.id = m.team_id
    where ${where} order by m.id ${direction} limit ${limit}`
}

/** Mails in the states that want somebody's eye, each counted up to a thousand. */
export async function countMails(
  sql: Queryable,
  scope: Scope,
  states: readonly MailState[],
): Promise<Partial<Record<MailState, number>>> {
  const rows = await sql<{ state: MailState; mails: number }[]>`
    select s.state, (select count(*)::int from
      (select from mails m where ${within(sql, scope)} and m.state = s.state limit ${COUNTED_MAX}) counted) as mails
    from unnest(${states as string[]}::text[]) as s(state)`
  return Object.fromEntries(rows.map(({ state, mails }) => [state, mails]))
}

export async function findMail(sql: Queryable, scope: Scope, id: string): Promise<LoggedMail | undefined> {
  const [row] = await sql<LoggedMail[]>`
    select ${sql.unsafe(ROW)}, m.tournament_id as "tournamentId", m.team_id as "teamId", m.data, m.give_up_at as "giveUpAt",
      m.sent_at as "sentAt", m.history
    from mails m left join teams t on t.id = m.team_id where ${within(sql, scope)} and m.id = ${id}`
  return row && { ...row, history: row.history.map((tried) => ({ ...tried, at: new Date(tried.at) })) }
}
