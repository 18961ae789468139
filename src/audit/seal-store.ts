import type { Queryable } from '#src/db/client.ts'
import type { Batch, SealedEntry } from './seal.ts'

const ENTRY = `
  e.id::float8 as id, (extract(epoch from e.at) * 1000000)::bigint::text as at, e.event, e.actor_kind as "actorKind",
  e.actor_id as "actorId", e.tournament_id as "tournamentId", e.subject_id as "subjectId", e.request_id as "requestId",
  e.data::text as data, e.before::text as before, e.after::text as after, e.data_salt as "dataSalt", e.data_digest as "dataDigest",
  e.masked_at is not null as "isMasked", e.address, e.address_salt as "addressSalt", e.address_digest as "addressDigest"`
const BATCH = `
  id::float8 as id, sealed_at as "sealedAt", entry_ids::float8[] as "entryIds", entry_digests as "entryDigests",
  previous_hash as "previousHash", hash`

/** Entries that no batch holds yet, the lowest ids first. */
export const listUnsealed = (tx: Queryable, most: number): Promise<SealedEntry[]> =>
  tx<SealedEntry[]>`
    select ${tx.unsafe(ENTRY)} from audit_unsealed u join audit_entries e on e.id = u.entry_id order by u.entry_id limit ${most}`

export async function deleteUnsealed(tx: Queryable, ids: readonly number[]): Promise<void> {
  await tx`delete from audit_unsealed where entry_id = any(${ids as number[]}::bigint[])`
}

export async function insertBatch(tx: Queryable, batch: Batch): Promise<void> {
  const { id, sealedAt, entryIds, entryDigests, previousHash, hash } = batch
  await tx`
    insert into audit_batches (id, sealed_at, entry_ids, entry_digests, previous_hash, hash)
    values (${id}, ${sealedAt}, ${entryIds}::bigint[], ${entryDigests}, ${previousHash}, ${hash})`
}

export async function findLastBatch(tx: Queryable): Promise<{ id: number; hash: Buffer } | undefined> {
  const [row] = await tx<{ id: number; hash: Buffer }[]>`
    select id::float8 as id, hash from audit_batches order by id desc limit 1`
  return row
}

/** In the order of the chain. */
export const listBatches = (tx: Queryable, after: number, most: number): Promise<Batch[]> =>
  tx<Batch[]>`select ${tx.unsafe(BATCH)} from audit_batches where id > ${after} order by id limit ${most}`

export const listEntries = (tx: Queryable, ids: readonly number[]): Promise<SealedEntry[]> =>
  tx<SealedEntry[]>`select ${tx.unsafe(ENTRY)} from audit_entries e where e.id = any(${ids as number[]}::bigint[])`

export type Counted = { entries: number; masked: number; waiting: number; lost: number; now: Date }

/** All entries, those that wait for their seal, what waits and is not there, and the moment by the database's clock. */
export async function countEntries(tx: Queryable): Promise<Counted> {
  const [row] = await tx<Counted[]>`
    select e.*, u.*, now() as now
    from (select count(*)::float8 as entries, count(masked_at)::float8 as masked from audit_entries) e,
      (select count(a.id)::float8 as waiting, (count(*) - count(a.id))::float8 as lost
        from audit_unsealed w left join audit_entries a on a.id = w.entry_id) u`
  return row!
}

/** Entries that wait for their seal and are not there. */
export const listLost = (tx: Queryable, most: number): Promise<number[]> =>
  idsOf(tx<{ id: number }[]>`
    select entry_id::float8 as id from audit_unsealed w
    where not exists (select from audit_entries e where e.id = w.entry_id) order by 1 limit ${most}`)

/** Entries that no batch holds and that do not wait for one. */
export const listUnknown = (tx: Queryable, most: number): Promise<number[]> =>
  idsOf(tx<{ id: number }[]>`
    select id::float8 as id from audit_entries
    where id in (
      select id from audit_entries except (select entry_id from audit_unsealed union all select unnest(entry_ids) from audit_batches))
    order by 1 limit ${most}`)

const idsOf = async (rows: PromiseLike<{ id: number }[]>) => (await rows).map(({ id }) => id)
