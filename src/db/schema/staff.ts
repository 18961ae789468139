import { sql } from 'drizzle-orm'
import { boolean, check, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { tournaments } from './tournaments.ts'

export const staff = pgTable('staff', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  email: text().notNull(),
  emailKey: text('email_key').notNull().unique(),
  /** Null until the person who was invited chose a password. */
  passwordHash: text('password_hash'),
  disabledAt: instant('disabled_at'),
  createdAt: createdAt(),
})

export const staffRoles = pgTable(
  'staff_roles',
  {
    id: uuid().primaryKey(),
    staffId: uuid('staff_id')
      .notNull()
      .references(() => staff.id, { onDelete: 'cascade' }),
    role: text({ enum: ['viewer', 'reviewer', 'admin', 'owner'] }).notNull(),
    /** Null: for all tournaments. */
    tournamentId: uuid('tournament_id').references(() => tournaments.id),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('staff_roles_one_a_tournament').on(
      t.staffId,
      sql`coalesce(${t.tournamentId}, '00000000-0000-0000-0000-000000000000'::uuid)`,
    ),
    check('staff_roles_owner_for_all', sql`${t.role} <> 'owner' or ${t.tournamentId} is null`),
  ],
)

/** Answers kept for replay, by tournament and door; `secrets` is encrypted under the server's key. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    door: text({ enum: ['form', 'api', 'icct26'] }).notNull(),
    keyHash: bytea('key_hash').notNull(),
    fingerprint: bytea().notNull(),
    teamId: uuid('team_id').notNull(),
    state: text().notNull(),
    code: text().notNull(),
    secrets: bytea().notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    uniqueIndex('idempotency_keys_once').on(t.tournamentId, t.door, t.keyHash),
    index('idempotency_keys_by_expiry').on(t.expiresAt),
  ],
)

/** Facts about this installation: its identity, the file naming key, the digest of its SECRET_KEY. */
export const installation = pgTable(
  'installation',
  {
    one: boolean().primaryKey().default(true),
    fileKey: bytea('file_key').notNull(),
    secretKeyDigest: bytea('secret_key_digest').notNull(),
    /** Stands in a file beside the stored files as well: a process that does not find it there has other files. */
    filesMark: text('files_mark').notNull(),
    createdAt: createdAt(),
  },
  (t) => [check('installation_one_row', sql`${t.one}`)],
)
