import { randomBytes } from 'node:crypto'
import type { Queryable } from '#src/db/client.ts'
import type { DocumentKind, DraftFile, Upload } from './model.ts'
import type { Claim } from './store.ts'

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

/** Uploads that nobody is told of; their ids, in the order they were given. */
export async function insertUploads(sql: Queryable, uploads: readonly NewUpload[]): Promise<string[]> {
  const rows = uploads.map((upload) => ({
    ...upload,
    id: Bun.randomUUIDv7(),
    capability: randomBytes(32).toString('hex'),
  }))
  await sql`
    insert into uploads (id, tournament_id, capability_hash, kind, file_id, original_name, created_at, expires_at)
    select x."id", x."tournamentId", decode(x."capability", 'hex'), x."kind", x."fileId", x."originalName", x."createdAt", x."expiresAt"
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as x("id" uuid, "tournamentId" uuid, "capability" text, "kind" text,
      "fileId" uuid, "originalName" text, "createdAt" timestamptz, "expiresAt" timestamptz)`
  return rows.map(({ id }) => id)
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

/** How many files each slot of these drafts holds. */
export const countSlots = (sql: Queryable, draftIds: readonly string[]) =>
  sql<{ draftId: string; slot: string }[]>`
    select draft_id as "draftId", slot from uploads where draft_id = any(${draftIds as string[]}::uuid[])`

/** Holds a draft's files to the end of the transaction: before the draft itself, as a registration takes them. */
export async function lockUploadsOfDraft(tx: Queryable, draftId: string): Promise<void> {
  await tx`select from uploads where draft_id = ${draftId} order by id for update`
}

/** Names of a draft's files as they were sent, without whatever the pattern finds (a POSIX regular expression, case ignored). */
export async function maskUploadNames(
  tx: Queryable,
  draftId: string,
  pattern: string,
  placeholder: string,
): Promise<void> {
  await tx`
    update uploads set original_name = regexp_replace(original_name, ${pattern}, ${placeholder}, 'gi')
    where draft_id = ${draftId} and original_name ~* ${pattern}`
}

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
