import type { Queryable } from '#src/db/client.ts'
import { LOCKS } from '#src/db/locks.ts'
import type { ContentType } from '#src/files/file-type.ts'
import type { ReceivedFile } from '#src/files/storage.ts'

export type FileRow = { id: string; tournamentId: string; name: string; contentType: ContentType }
/** `hasPictures`: undefined until it is settled. */
export type PicturedFile = FileRow & { hasPictures: boolean | undefined }

/** What the advisory lock on a file is taken for. */
export const lockSubject = (tournamentId: string, name: string) => `${tournamentId}/${name}`

/** A put of a file. Of two puts of one file, `putAt` tells which came last. */
export type Claim = { fileId: string; putAt: Date }

/**
 * Claims a file for the next day, in one statement that takes its lock first and commits. The insert looks at the row as it is after
 * the wait, whatever the statement's snapshot says. A put is a millisecond later than the one before, whatever the clocks say.
 */
export async function claimFile(
  sql: Queryable,
  tournamentId: string,
  file: ReceivedFile,
  senderHash: Uint8Array,
  now: Date,
): Promise<Claim> {
  const [row] = await sql<[Claim]>`
    with held as materialized (
      select pg_advisory_xact_lock(${LOCKS.file}::int, hashtext(${lockSubject(tournamentId, file.name)}))
    )
    insert into files (id, tournament_id, name, digest, bytes, content_type, put_at, sender_hash)
    select ${Bun.randomUUIDv7()}::uuid, ${tournamentId}::uuid, ${file.name}::text, ${file.digest}::bytea, ${file.bytes}::int,
      ${file.contentType}::text, ${now}::timestamptz, ${senderHash}::bytea
    from held
    on conflict (tournament_id, name) do update set
      put_at = greatest(files.put_at + interval '1 millisecond', excluded.put_at), sender_hash = excluded.sender_hash
    returning id as "fileId", put_at as "putAt"`
  return row
}

export async function findFile(sql: Queryable, fileId: string): Promise<PicturedFile | undefined> {
  const [row] = await sql<(FileRow & { hasPictures: boolean | null })[]>`
    select id, tournament_id as "tournamentId", name, content_type as "contentType",
      case when pictures_at is not null or content_type = 'application/pdf' then likeness is not null end as "hasPictures"
    from files where id = ${fileId}`
  return row && { ...row, hasPictures: row.hasPictures ?? undefined }
}

/**
 * Takes the longest known file of a document whose pictures nobody has settled or is at since `triedBefore`; at most `triesMax` times.
 */
export async function claimUndrawn(
  sql: Queryable,
  { now, triedBefore, triesMax }: { now: Date; triedBefore: Date; triesMax: number },
): Promise<FileRow | undefined> {
  const [row] = await sql<FileRow[]>`
    update files set picture_tries = picture_tries + 1, picture_tried_at = ${now} where id = (
      select f.id from files f
      where f.pictures_at is null and f.content_type <> 'application/pdf' and f.picture_tries < ${triesMax}
        and (f.picture_tried_at is null or f.picture_tried_at < ${triedBefore})
        and exists (select from documents d where d.file_id = f.id)
      order by f.put_at limit 1 for update skip locked)
    returning id, tournament_id as "tournamentId", name, content_type as "contentType"`
  return row
}

/** One more attempt at the pictures of a file; false where it was tried as often as may be. */
export async function countPictureTry(sql: Queryable, fileId: string, triesMax: number, now: Date): Promise<boolean> {
  const { count } = await sql`
    update files set picture_tries = picture_tries + 1, picture_tried_at = ${now}
    where id = ${fileId} and picture_tries < ${triesMax}`
  return count > 0
}

/** An attempt that came to nothing through no fault of the file. */
export async function uncountPictureTry(sql: Queryable, fileId: string): Promise<void> {
  await sql`update files set picture_tries = picture_tries - 1 where id = ${fileId} and picture_tries > 0`
}

/** Without `facts` there are none and never will be. */
export async function settlePictures(
  sql: Queryable,
  fileId: string,
  now: Date,
  facts?: { width: number; height: number; likeness: Uint8Array },
): Promise<void> {
  await sql`
    update files set pictures_at = ${now}, width = ${facts?.width ?? null}, height = ${facts?.height ?? null},
      likeness = ${facts?.likeness ?? null}
    where id = ${fileId}`
}

/** Makes the puts as old as `putAt`, of files that nobody put since: then the collector may have them, should nobody else name them. */
export async function takeBackPuts(tx: Queryable, claims: readonly Claim[], putAt: Date): Promise<void> {
  await tx`
    with known as (
      select f.id from files f
      join unnest(${claims.map(({ fileId }) => fileId)}::uuid[], ${claims.map((claim) => claim.putAt.toISOString())}::text[]) c (id, put_at)
        on c.id = f.id and f.put_at <= c.put_at::timestamptz
      order by f.id for update of f)
    update files f set put_at = least(f.put_at, ${putAt}::timestamptz) from known where f.id = known.id`
}

export type HeldBytes = { sender: string; bytes: number; total: number }

/** What files that no document names hold, whether anything else names them or not, by sender (hexadecimal), the largest first. */
export async function listHeldBytes(sql: Queryable, most: number): Promise<HeldBytes[]> {
  return sql<HeldBytes[]>`
    select encode(f.sender_hash, 'hex') as sender, sum(f.bytes)::float8 as bytes, (sum(sum(f.bytes)) over ())::float8 as total
    from files f where not exists (select from documents d where d.file_id = f.id)
    group by f.sender_hash order by 2 desc limit ${most}`
}

/** Files that nothing names and nobody has put after `lastPut`, the longest unclaimed first. */
export async function listOrphans(sql: Queryable, lastPut: Date, most: number): Promise<FileRow[]> {
  return sql<FileRow[]>`
    select f.id, f.tournament_id as "tournamentId", f.name, f.content_type as "contentType" from files f
    where f.put_at <= ${lastPut} and ${unnamed(sql)} order by f.put_at limit ${most}`
}

/** Asked again under the file's lock. */
export async function isOrphan(tx: Queryable, fileId: string, lastPut: Date): Promise<boolean> {
  const rows = await tx`select 1 from files f where f.id = ${fileId} and f.put_at <= ${lastPut} and ${unnamed(tx)}`
  return rows.length > 0
}

export async function removeFile(tx: Queryable, fileId: string): Promise<void> {
  await tx`delete from files where id = ${fileId}`
}

const unnamed = (sql: Queryable) => sql`
  not exists (select from documents d where d.file_id = f.id) and not exists (select from uploads u where u.file_id = f.id)`
