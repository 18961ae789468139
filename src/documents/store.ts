import type { Queryable } from '#src/db/client.ts'
import { LOCKS } from '#src/db/locks.ts'
import type { ContentType } from '#src/files/file-type.ts'
import type { ReceivedFile } from '#src/files/storage.ts'
import type { DocumentKind, DraftFile, Upload } from './model.ts'

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

/** Without `facts` there are none and never will be. False where the file was deleted meanwhile. */
export async function settlePictures(
  sql: Queryable,
  fileId: string,
  now: Date,
  facts?: { width: number; height: number; likeness: Uint8Array },
): Promise<boolean> {
  const { count } = await sql`
    update files set pictures_at = ${now}, width = ${facts?.width ?? null}, height = ${facts?.height ?? null},
      likeness = ${facts?.likeness ?? null}
    where id = ${fileId}`
  return count > 0
}

/** Whether these bytes are a file of the tournament, of whichever id. */
export async function isStored(sql: Queryable, { tournamentId, name }: FileRow): Promise<boolean> {
  const rows = await sql`select from files where tournament_id = ${tournamentId} and name = ${name}`
  return rows.length > 0
}

type NewUpload = {
  tournamentId: string
  kind: DocumentKind
  fileId: string
  originalName: string
  createdAt: Date
  expiresAt: Date
}

export async function insertUpload(sql: Queryable, capabilityHash: Uint8Array, upload: NewUpload): Promise<void> {
  await sql`
    insert into uploads (id, tournament_id, capability_hash, kind, file_id, original_name, created_at, expires_at)
    values (${Bun.randomUUIDv7()}, ${upload.tournamentId}, ${capabilityHash}, ${upload.kind}, ${upload.fileId}, ${upload.originalName},
      ${upload.createdAt}, ${upload.expiresAt})`
}

export async function findDraft(
  sql: Queryable,
  draftId: string,
  tournamentId: string,
): Promise<{ registered: boolean } | undefined> {
  const [row] = await sql<{ registered: boolean }[]>`
    select team_id is not null as registered from drafts where id = ${draftId} and tournament_id = ${tournamentId}`
  return row
}

/**
 * Puts the file into the draft's slot and returns the upload's id, with the put of the file that was there; undefined where the draft has
 * become a registration. One statement: holding the draft's row would meet a registration, which takes uploads and draft in the other order.
 */
export async function replaceDraftUpload(
  sql: Queryable,
  draftId: string,
  slot: string,
  upload: NewUpload,
): Promise<{ uploadId: string; replaced: Claim | undefined } | undefined> {
  const [row] = await sql<{ uploadId: string; fileId: string | null; putAt: Date }[]>`
    with replaced as (select file_id, created_at from uploads where draft_id = ${draftId} and slot = ${slot})
    insert into uploads (id, tournament_id, draft_id, slot, kind, file_id, original_name, created_at, expires_at)
    select ${Bun.randomUUIDv7()}::uuid, tournament_id, id, ${slot}::text, ${upload.kind}::text, ${upload.fileId}::uuid,
      ${upload.originalName}::text, ${upload.createdAt}::timestamptz, ${upload.expiresAt}::timestamptz
    from drafts where id = ${draftId} and team_id is null
    on conflict (draft_id, slot) do update set id = excluded.id, kind = excluded.kind, file_id = excluded.file_id,
      original_name = excluded.original_name, created_at = excluded.created_at, expires_at = excluded.expires_at
    where uploads.team_id is null
    returning id as "uploadId", (select file_id from replaced) as "fileId", (select created_at from replaced) as "putAt"`
  if (row === undefined) return undefined
  const { uploadId, fileId, putAt } = row
  return { uploadId, replaced: fileId === null ? undefined : { fileId, putAt } }
}

/** How much a draft holds apart from one slot. */
export async function countDraftFiles(
  sql: Queryable,
  draftId: string,
  exceptSlot: string,
): Promise<{ files: number; bytes: number }> {
  const [row] = await sql<[{ files: number; bytes: number }]>`
    select count(*)::int as files, coalesce(sum(f.bytes), 0)::float8 as bytes
    from uploads u join files f on f.id = u.file_id where u.draft_id = ${draftId} and u.slot <> ${exceptSlot}`
  return row
}

export async function listDraftFiles(sql: Queryable, draftId: string): Promise<DraftFile[]> {
  return sql<DraftFile[]>`
    select u.id as "uploadId", u.slot, u.kind, u.original_name as "originalName", f.bytes, f.content_type as "contentType", f.id as "fileId"
    from uploads u join files f on f.id = u.file_id where u.draft_id = ${draftId} order by u.slot`
}

/** Takes the file out of its slot and returns its put, where there was one. A file that a team was registered with stays. */
export async function removeDraftUpload(sql: Queryable, draftId: string, slot: string): Promise<Claim | undefined> {
  const [row] = await sql<Claim[]>`
    delete from uploads where draft_id = ${draftId} and slot = ${slot} and team_id is null
    returning file_id as "fileId", created_at as "putAt"`
  return row
}

export async function removeUploadsOfDrafts(sql: Queryable, draftIds: string[]): Promise<number> {
  const { count } = await sql`delete from uploads where draft_id = any(${draftIds}::uuid[])`
  return count
}

/** Removes uploads that were bound to the team, which name nothing that its documents do not; their puts. */
export const removeUploadsOfTeam = (tx: Queryable, teamId: string): Promise<Claim[]> =>
  tx<Claim[]>`delete from uploads where team_id = ${teamId} returning file_id as "fileId", created_at as "putAt"`

/** Takes out of a draft the files in slots that begin so; their puts. */
export const removeUploadsOfSlots = (tx: Queryable, draftId: string, slotStart: string): Promise<Claim[]> =>
  tx<Claim[]>`
    delete from uploads where draft_id = ${draftId} and starts_with(slot, ${slotStart})
    returning file_id as "fileId", created_at as "putAt"`

/** By the digests of their ids, in no order; only those that may still be named. */
export async function listUnboundUploads(sql: Queryable, tournamentId: string, hashes: string[], now: Date) {
  return sql<(Omit<Upload, 'id'> & { capabilityHash: Buffer })[]>`
    select u.id as "uploadId", u.capability_hash as "capabilityHash", u.kind, u.original_name as "originalName", f.bytes,
      f.content_type as "contentType", f.id as "fileId"
    from uploads u join files f on f.id = u.file_id
    where u.capability_hash in (select decode(h, 'hex') from unnest(${hashes}::text[]) h)
      and u.tournament_id = ${tournamentId} and u.team_id is null and u.expires_at > ${now}`
}

export async function removeExpiredUploads(sql: Queryable, before: Date, most: number): Promise<number> {
  const { count } = await sql`
    delete from uploads where id in (
      select id from uploads where expires_at < ${before} and draft_id is null order by expires_at limit ${most} for update skip locked
    )`
  return count
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
