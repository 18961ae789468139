import type { AppContext } from '#src/context.ts'
import { ADDRESS_DAYS, AUDIT_DAYS } from './model.ts'
import { type Batch, DIGEST_BYTES, digestOf, hashOf, type SealedEntry } from './seal.ts'
import { countEntries, listBatches, listEntries, listLost, listUnknown } from './seal-store.ts'

const DAY_MS = 86_400_000
const MICROSECONDS = 1000
const BATCHES_READ_AT_ONCE = 50
/** Of several small batches together. */
const ENTRIES_READ_AT_ONCE = 5000
const NAMED_MAX = 20
/** What `mask_audit` of audit.sql puts in the place of what it takes. */
const PLACEHOLDER = '…'

/** `order`: its place in the chain, `batch`: what it holds itself. */
export type Breach = {
  what: 'order' | 'batch' | 'changed' | 'removed' | 'unknown'
  batch?: number
  /** The first ones, in their order. */
  entryIds: number[]
}
export type Verdict = {
  entries: number
  batches: number
  /** Entries that no batch holds yet. */
  unsealed: number
  masked: number
  /** Hash of the newest batch, in hex: whoever notes it can tell later that nothing before it was changed. */
  seal?: string
  breach?: Breach
  /** Whether a batch has the seal that was asked for. */
  isSealFound: boolean
}

/**
 * Computes every digest anew and compares it with what was sealed, as of one moment, in bounded memory. Ends at the first breach.
 *
 * @param seal in hex: a batch's hash that was noted before
 */
export const verifyAudit = ({ db }: AppContext, seal?: string): Promise<Verdict> =>
  db.write.begin('isolation level repeatable read read only', async (tx) => {
    const { entries, masked, waiting, lost, now } = await countEntries(tx)
    const verdict: Verdict = { entries, batches: 0, unsealed: waiting, masked, breach: undefined, isSealFound: false }
    if (lost > 0) return { ...verdict, breach: { what: 'removed', entryIds: await listLost(tx, NAMED_MAX) } }
    let sealed = 0
    let last: Batch | undefined
    for (;;) {
      const batches = await listBatches(tx, last?.id ?? Number.MIN_SAFE_INTEGER, BATCHES_READ_AT_ONCE)
      if (batches.length === 0) break
      for (const group of inGroups(batches)) {
        const ids = group.flatMap(({ entryIds }) => entryIds)
        const found = new Map((await listEntries(tx, ids)).map((entry) => [entry.id, entry]))
        for (const batch of group) {
          verdict.breach = breachOf(batch, last, found, now)
          if (verdict.breach) return verdict
          last = batch
          sealed += batch.entryIds.filter((id) => found.has(id)).length
          verdict.batches += 1
          verdict.seal = batch.hash.toString('hex')
          verdict.isSealFound ||= verdict.seal === seal
        }
      }
    }
    // Counted first: to look for single ones takes the whole table.
    if (sealed + waiting !== entries) verdict.breach = { what: 'unknown', entryIds: await listUnknown(tx, NAMED_MAX) }
    return verdict
  })

/** Batches in their order, cut so that the entries of each group can be held at once. */
function inGroups(batches: readonly Batch[]): Batch[][] {
  const groups: Batch[][] = []
  let entries = Number.POSITIVE_INFINITY
  for (const batch of batches) {
    entries += batch.entryIds.length
    if (entries > ENTRIES_READ_AT_ONCE) {
      groups.push([])
      entries = batch.entryIds.length
    }
    groups.at(-1)!.push(batch)
  }
  return groups
}

function breachOf(
  batch: Batch,
  last: Batch | undefined,
  found: ReadonlyMap<number, SealedEntry>,
  now: Date,
): Breach | undefined {
  const missing = batch.entryIds.filter((id) => !found.has(id))
  const isAnchor = missing.length === batch.entryIds.length && isOver(batch.sealedAt, AUDIT_DAYS, now)
  const follows = last === undefined ? batch.id === 1 || isAnchor : batch.id === last.id + 1
  const isChained =
    last === undefined ? batch.id !== 1 || batch.previousHash === null : batch.previousHash?.equals(last.hash)
  if (!follows || !isChained) return { what: 'order', batch: batch.id, entryIds: [] }
  if (batch.entryDigests.length !== batch.entryIds.length * DIGEST_BYTES || !hashOf(batch).equals(batch.hash))
    return { what: 'batch', batch: batch.id, entryIds: [] }
  if (last === undefined && isAnchor) return undefined
  if (missing.length > 0) return { what: 'removed', batch: batch.id, entryIds: missing.slice(0, NAMED_MAX) }
  const changed = batch.entryIds.filter((id, index) => {
    const entry = found.get(id)!
    const digest = batch.entryDigests.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES)
    return !isRightlyEmptied(entry, now) || !digestOf(entry).equals(digest)
  })
  if (changed.length > 0) return { what: 'changed', batch: batch.id, entryIds: changed.slice(0, NAMED_MAX) }
  return undefined
}

/** Whether what is no longer there could go: what was masked shows it, and an address is gone after its time alone. */
function isRightlyEmptied(
  { isMasked, data, before, after, address, addressDigest, at }: SealedEntry,
  now: Date,
): boolean {
  if (isMasked && ![data, before, after].some((text) => text?.includes(PLACEHOLDER))) return false
  const isRemoved = address === null && addressDigest !== null
  return !isRemoved || isOver(new Date(Number(at) / MICROSECONDS), ADDRESS_DAYS, now)
}

const isOver = (since: Date, days: number, now: Date) => now.getTime() - since.getTime() > days * DAY_MS
