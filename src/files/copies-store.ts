import type { Queryable } from '#src/db/client.ts'
import { LOCKS } from '#src/db/locks.ts'
import type { HostName } from './host.ts'

/** A file by tournament and name. */
export type StoredName = { tournamentId: string; name: string }
/** A row of `file_copies`. */
export type Copy = StoredName & {
  id: string
  host: HostName
  state: 'waiting' | 'there' | 'leaving'
  spool: string | null
  digest: Buffer
  bytes: number
  /** When an upload of it was last begun; null: the host cannot know it. */
  sentAt: Date | null
  tries: number
  since: Date
}
export type NewCopy = StoredName & { host: HostName; spool: string; digest: Uint8Array; bytes: number }

/** What the advisory lock on a file's copies is taken for. */
export const copyLockSubject = ({ tournamentId, name }: StoredName) => `${tournamentId}/${name}`

/** How a copy is named at its host, within the installation's folder: a folder a tournament. */
export const hostKey = ({ tournamentId, name, id }: Copy) => `${tournamentId}/${name}-${id}`

const columns = (sql: Queryable) => sql`
  id, tournament_id as "tournamentId", name, host, state, spool, digest, bytes, sent_at as "sentAt", tries, since`

/** The copies of a file that are not on their way out; the one that is there first. */
export const listCopies = (sql: Queryable, { tournamentId, name }: StoredName): Promise<Copy[]> =>
  sql<Copy[]>`
    select ${columns(sql)} from file_copies
    where tournament_id = ${tournamentId} and name = ${name} and state <> 'leaving' order by state`

/**
 * Remembers, under the lock of its copies, that a file which lies in a spool, or soon will, is to go to a host. False where that is known.
 * With `ofFile`, only while that row of `files` is there.
 */
export async function insertWaiting(sql: Queryable, copy: NewCopy, now: Date, ofFile?: string): Promise<boolean> {
  const { count } = await sql`
    with held as materialized (select pg_advisory_xact_lock(${LOCKS.fileCopy}::int, hashtext(${copyLockSubject(copy)}))),
      known as (select 1 from files where id = ${ofFile ?? null}::uuid for key share)
    insert into file_copies (id, tournament_id, name, host, state, spool, digest, bytes, next_try_at, since)
    select ${Bun.randomUUIDv7()}::uuid, ${copy.tournamentId}::uuid, ${copy.name}::text, ${copy.host}::text, 'waiting', ${copy.spool}::text,
      ${copy.digest}::bytea, ${copy.bytes}::int, ${now}::timestamptz, ${now}::timestamptz
    from held where ${ofFile === undefined} or exists (select from known)
    on conflict (tournament_id, name, spool) where state = 'waiting' do nothing`
  return count > 0
}

/** What waits in this spool is not to go there: other bytes of that name come, or it goes elsewhere. The bytes in the spool stay. */
export async function cancelWaiting(sql: Queryable, file: StoredName, spool: string, now: Date): Promise<void> {
  await sql`
    update file_copies set state = 'leaving', spool = null, tries = 0, since = ${now}
    where tournament_id = ${file.tournamentId} and name = ${file.name} and spool = ${spool} and state = 'waiting'`
}

/** All copies of a file are to be deleted: at their hosts, and in the spools they lie in. */
export async function leaveAll(sql: Queryable, { tournamentId, name }: StoredName, now: Date): Promise<void> {
  await sql`
    update file_copies set state = 'leaving', tries = 0, since = ${now}, next_try_at = greatest(next_try_at, ${now}::timestamptz)
    where tournament_id = ${tournamentId} and name = ${name} and state <> 'leaving'`
}

/** One copy that is there is to be deleted at its host alone; false where it is not there by now. */
export async function leaveHost(sql: Queryable, id: string, now: Date): Promise<boolean> {
  const { count } = await sql`
    update file_copies set state = 'leaving', spool = null, tries = 0, since = ${now}, next_try_at = ${now}
    where id = ${id} and state = 'there'`
  return count > 0
}

/**
 * Takes the copy at which something is due the longest, until `until`: what this spool has to give or to delete, and what anybody may
 * delete at a host. Of hosts that are not among `hosts` only what needs no answer of theirs. What waits counts as sent from here on.
 */
export async function claimDue(
  sql: Queryable,
  { now, until, spool, hosts }: { now: Date; until: Date; spool: string; hosts: readonly HostName[] },
): Promise<Copy | undefined> {
  const [row] = await sql<Copy[]>`
    update file_copies set next_try_at = ${until}, tries = tries + 1,
      sent_at = case when state = 'waiting' then ${now}::timestamptz else sent_at end
    where id = (
      select id from file_copies
      where next_try_at <= ${now} and (state <> 'there' or spool is not null)
        and (spool is null or spool = ${spool} or (state = 'leaving' and sent_at is not null))
        and (host = any(${hosts as HostName[]}::text[]) or (state <> 'waiting' and (spool = ${spool} or sent_at is null)))
      order by next_try_at limit 1 for update skip locked)
    returning ${columns(sql)}`
  return row
}

/** What processes that died were at in this spool is due at once. */
export async function releaseClaims(sql: Queryable, spool: string, now: Date): Promise<void> {
  await sql`
    update file_copies set next_try_at = ${now}
    where next_try_at > ${now} and (state <> 'there' or spool is not null) and (spool is null or spool = ${spool})`
}

export async function postpone(sql: Queryable, id: string, nextTryAt: Date): Promise<void> {
  await sql`update file_copies set next_try_at = ${nextTryAt} where id = ${id}`
}

/** Every other copy of it that is there gives way. False where it was taken back meanwhile, and is to be deleted. To be called in a transaction. */
export async function settleUploaded(tx: Queryable, copy: Copy, now: Date): Promise<boolean> {
  await tx`
    update file_copies set state = 'leaving', since = ${now}, tries = 0, next_try_at = ${now}
    where tournament_id = ${copy.tournamentId} and name = ${copy.name} and id <> ${copy.id} and state = 'there'
      and exists (select from file_copies c where c.id = ${copy.id} and c.state = 'waiting' for update)`
  const { count } = await tx`
    update file_copies set state = 'there', since = ${now}, tries = 0, next_try_at = ${now}
    where id = ${copy.id} and state in ('waiting', 'there')`
  if (count > 0) return true
  await tx`
    insert into file_copies (id, tournament_id, name, host, state, spool, digest, bytes, sent_at, next_try_at, since)
    values (${copy.id}, ${copy.tournamentId}, ${copy.name}, ${copy.host}, 'leaving', ${copy.spool}, ${copy.digest}, ${copy.bytes},
      ${now}, ${now}, ${now})
    on conflict (id) do update set next_try_at = ${now}, sent_at = ${now}`
  return false
}

/**
 * Whether the bytes in a spool may be deleted there: none wait to go to a host and, with `id`, that copy still has them to delete. The copy
 * no longer has, then. To be called under the lock of the file's copies.
 */
export async function leaveSpool(tx: Queryable, file: StoredName & { id?: string }, spool: string): Promise<boolean> {
  const { tournamentId, name, id } = file
  const rows = await tx<{ state: string }[]>`
    select state from file_copies where tournament_id = ${tournamentId} and name = ${name} and spool = ${spool}
      and (state = 'waiting' or id = ${id ?? null}::uuid)`
  if (id !== undefined) await tx`update file_copies set spool = null where id = ${id} and state <> 'waiting'`
  return rows.every(({ state }) => state !== 'waiting') && (id === undefined || rows.length > 0)
}

/** The bytes in this spool stay where they are, or are about to come, whatever was to become of them. */
export async function stayInSpool(sql: Queryable, file: StoredName, spool: string): Promise<void> {
  await sql`
    with held as materialized (select pg_advisory_xact_lock(${LOCKS.fileCopy}::int, hashtext(${copyLockSubject(file)})))
    update file_copies set spool = null from held
    where tournament_id = ${file.tournamentId} and name = ${file.name} and spool = ${spool} and state <> 'waiting'`
}

/** The host has it no more. What still lies in a spool is remembered until whoever has that spool has deleted it. */
export async function forgetAtHost(sql: Queryable, id: string): Promise<void> {
  await sql`
    with gone as (delete from file_copies where id = ${id} and state = 'leaving' and spool is null)
    update file_copies set sent_at = null where id = ${id} and spool is not null`
}

/** Hosts that have files, or that files wait for. */
export async function listHostsInUse(sql: Queryable): Promise<HostName[]> {
  const rows = await sql<{ host: HostName }[]>`
    select host from unnest(array['cloudinary', 's3']) known(host)
    where exists (select from file_copies c where c.host = known.host and c.state in ('waiting', 'there'))`
  return rows.map(({ host }) => host)
}

/** Copies in one state: how many, of how many bytes, since when the oldest is, and when the next is due. `…Here`: of one spool. */
export type Backlog = {
  files: number
  bytes: number
  since: Date
  nextTryAt: Date
  filesHere: number
  bytesHere: number
}
export type Backlogs = { waiting?: Backlog; leaving?: Backlog }

/** What waits in spools for a host, and what is still to be deleted at one. */
export async function findBacklogs(sql: Queryable, spool = ''): Promise<Backlogs> {
  const rows = await sql<(Backlog & { state: 'waiting' | 'leaving' })[]>`
    select state, count(*)::int as files, sum(bytes)::float8 as bytes, min(since) as since, min(next_try_at) as "nextTryAt",
      count(*) filter (where spool = ${spool})::int as "filesHere",
      coalesce(sum(bytes) filter (where spool = ${spool}), 0)::float8 as "bytesHere"
    from file_copies where state <> 'there' group by state`
  return Object.fromEntries(rows.map(({ state, ...backlog }) => [state, backlog]))
}
