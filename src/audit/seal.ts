import { createHash } from 'node:crypto'
import type { AppContext } from '#src/context.ts'
import { tryLock } from '#src/db/locks.ts'
import { drain } from '#src/lib/drain.ts'
import { deleteUnsealed, findLastBatch, insertBatch, listUnsealed } from './seal-store.ts'

const ENTRIES_A_BATCH = 1000
const BATCHES_A_RUN = 100
export const DIGEST_BYTES = 32

/** An entry as its digest covers it: what the database tells as text is that text. */
export type SealedEntry = {
  id: number
  /** In microseconds since 1970. */
  at: string
  event: string
  actorKind: string
  actorId: string | null
  tournamentId: string | null
  subjectId: string | null
  requestId: string | null
  data: string
  before: string | null
  after: string | null
  dataSalt: string | null
  dataDigest: Buffer | null
  isMasked: boolean
  address: string | null
  addressSalt: string | null
  addressDigest: Buffer | null
}

export type Batch = {
  id: number
  sealedAt: Date
  entryIds: number[]
  /** Of each entry in turn, 32 bytes. */
  entryDigests: Buffer
  previousHash: Buffer | null
  hash: Buffer
}

/**
 * Seals every entry that can be seen and that no batch holds yet, one batch after another, each with the hash of the one before. Nobody
 * waits for it: what commits later goes into a later batch, whatever its id. While another process does it, nothing. How many entries.
 */
export const sealAudit = (ctx: AppContext, stopping?: AbortSignal): Promise<number> =>
  drain((most) => sealBatch(ctx, most), { size: ENTRIES_A_BATCH, batchesMax: BATCHES_A_RUN, stopping })

async function sealBatch({ db, log, now }: AppContext, most: number): Promise<number> {
  const batch = await db.write.begin(async (tx) => {
    if (!(await tryLock(tx, 'auditSeal', ''))) return undefined
    const entries = await listUnsealed(tx, most)
    if (entries.length === 0) return undefined
    const last = await findLastBatch(tx)
    const entryIds = entries.map(({ id }) => id)
    const open = {
      id: (last?.id ?? 0) + 1,
      sealedAt: now(),
      entryIds,
      entryDigests: Buffer.concat(entries.map(digestOf)),
      previousHash: last?.hash ?? null,
    }
    const sealed = { ...open, hash: hashOf(open) }
    await insertBatch(tx, sealed)
    await deleteUnsealed(tx, entryIds)
    return sealed
  })
  if (batch === undefined) return 0
  const { id, entryIds, hash } = batch
  log.info({ batch: id, entries: entryIds.length, seal: hash.toString('hex') }, 'audit.sealed')
  return entryIds.length
}

/** The hash of a batch: of what it holds, when it was sealed, and all before it. */
export const hashOf = ({ id, sealedAt, entryIds, entryDigests, previousHash }: Omit<Batch, 'hash'>): Buffer =>
  sha256(
    JSON.stringify([
      previousHash?.toString('hex') ?? null,
      id,
      sealedAt.toISOString(),
      entryIds,
      entryDigests.toString('hex'),
    ]),
  )

/** The digest of an entry. Of what was masked, or was to go, it holds the digest that was kept instead. */
export function digestOf(entry: SealedEntry): Buffer {
  const { id, at, event, actorKind, actorId, tournamentId, subjectId, requestId } = entry
  return sha256(
    JSON.stringify([
      ...[id, at, event, actorKind, actorId, tournamentId, subjectId, requestId],
      dataDigestOf(entry)?.toString('hex'),
      addressDigestOf(entry).toString('hex'),
    ]),
  )
}

/** As `audit_data_digest` of audit.sql makes it. */
const dataDigestOf = ({ isMasked, dataDigest, dataSalt, data, before, after }: SealedEntry) =>
  isMasked ? dataDigest : sha256([dataSalt ?? '', data, before ?? '', after ?? ''].join('\n'))

/** As `audit_address_digest` of audit.sql makes it. */
const addressDigestOf = ({ addressDigest, addressSalt, address }: SealedEntry) =>
  address === null && addressDigest !== null ? addressDigest : sha256([addressSalt ?? '', address ?? ''].join('\n'))

const sha256 = (text: string) => createHash('sha256').update(text).digest()
