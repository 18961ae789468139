import { sql } from 'drizzle-orm'
import { bigint, bigserial, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant } from './columns.ts'
import { tournaments } from './tournaments.ts'

/**
 * What happened, written in the transaction it tells of. Personal data is masked before it comes here; what is erased or outlives its time
 * leaves its salted digest behind, by which the seal is still verified (src/audit/seal.ts). Changed by the functions of src/audit/audit.sql alone.
 */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    at: instant('at').notNull().defaultNow(),
    event: text().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: uuid('actor_id'),
    tournamentId: uuid('tournament_id').references(() => tournaments.id),
    subjectId: uuid('subject_id'),
    requestId: text('request_id'),
    data: jsonb().notNull().default({}),
    before: jsonb(),
    after: jsonb(),
    /** Goes with what was masked, so that its digest cannot be guessed back. */
    dataSalt: uuid('data_salt').default(sql`gen_random_uuid()`),
    /** Of `data`, `before` and `after` as they were; only once something in them was masked. */
    dataDigest: bytea('data_digest'),
    maskedAt: instant('masked_at'),
    /** Of the client, for `ADDRESS_DAYS`. */
    address: text(),
    addressSalt: uuid('address_salt').default(sql`gen_random_uuid()`),
    addressDigest: bytea('address_digest'),
  },
  (t) => [
    index('audit_entries_by_time').on(t.at, t.id),
    index('audit_entries_by_event').on(t.event, t.at, t.id),
    index('audit_entries_by_actor').on(t.actorId, t.at, t.id).where(sql`${t.actorId} is not null`),
    index('audit_entries_by_subject').on(t.subjectId, t.id),
    index('audit_entries_with_address').on(t.at).where(sql`${t.address} is not null`),
  ],
)

/** Entries that no batch holds yet: a trigger puts them here with their transaction, sealing takes them out. */
export const auditUnsealed = pgTable('audit_unsealed', {
  entryId: bigint('entry_id', { mode: 'number' }).primaryKey(),
})

/** A chain without gaps: each batch holds the digests of some entries and the hash of the batch before. */
export const auditBatches = pgTable('audit_batches', {
  id: bigint({ mode: 'number' }).primaryKey(),
  sealedAt: instant('sealed_at').notNull(),
  entryIds: bigint('entry_ids', { mode: 'number' }).array().notNull(),
  /** SHA-256 of each entry, one after the other. */
  entryDigests: bytea('entry_digests').notNull(),
  /** Null for the first. */
  previousHash: bytea('previous_hash'),
  hash: bytea().notNull(),
})
