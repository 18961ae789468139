import { sql } from 'drizzle-orm'
import { bigint, check, index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { staff } from './staff.ts'
import { tournaments } from './tournaments.ts'

const ofStaff = () =>
  uuid('staff_id')
    .notNull()
    .references(() => staff.id, { onDelete: 'cascade' })

/** A signed-in browser or program. Tokens are kept only as SHA-256 digests: a browser's here, a program's in `refresh_tokens`. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    kind: text({ enum: ['browser', 'api'] }).notNull(),
    tokenHash: bytea('token_hash').unique(),
    staffId: uuid('staff_id')
      .notNull()
      .references(() => staff.id),
    /** In words: `Firefox on Linux`. */
    device: text().notNull(),
    createdAt: createdAt(),
    lastSeenAt: instant('last_seen_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** When the second factor, or the password where there is none, was last given in this session. */
    confirmedAt: instant('confirmed_at'),
  },
  (t) => [
    index('sessions_by_staff').on(t.staffId),
    index('sessions_by_expiry').on(t.expiresAt),
    check('sessions_browser_token', sql`(${t.kind} = 'browser') = (${t.tokenHash} is not null)`),
  ],
)

/** Each is good once; the session that one of them is used in a second time ends. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    tokenHash: bytea('token_hash').primaryKey(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    usedAt: instant('used_at'),
    createdAt: createdAt(),
  },
  (t) => [index('refresh_tokens_by_session').on(t.sessionId)],
)

/** One-time addresses where the first owner sets name, e-mail and password: kept only as SHA-256 digests. */
export const setupTokens = pgTable('setup_tokens', {
  tokenHash: bytea('token_hash').primaryKey(),
  expiresAt: instant('expires_at').notNull(),
  claimedAt: instant('claimed_at'),
  createdAt: createdAt(),
})

/** One-time addresses sent to staff, kept only as SHA-256 digests: to accept an invitation, choose a password, confirm an e-mail address. */
export const staffLinks = pgTable(
  'staff_links',
  {
    tokenHash: bytea('token_hash').primaryKey(),
    staffId: ofStaff(),
    purpose: text({ enum: ['invitation', 'password', 'email'] }).notNull(),
    /** Of the address it confirms: the present one, or the one to come. */
    side: text({ enum: ['present', 'coming'] }),
    emailChangeId: uuid('email_change_id').references(() => emailChanges.id, { onDelete: 'cascade' }),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    createdAt: createdAt(),
  },
  (t) => [
    index('staff_links_by_staff').on(t.staffId),
    index('staff_links_by_expiry').on(t.expiresAt),
    check(
      'staff_links_email',
      sql`(${t.purpose} = 'email') = (${t.side} is not null and ${t.emailChangeId} is not null)`,
    ),
  ],
)

/** An address that becomes an account's when both it and the present one have confirmed it. */
export const emailChanges = pgTable(
  'email_changes',
  {
    id: uuid().primaryKey(),
    staffId: ofStaff(),
    email: text().notNull(),
    emailKey: text('email_key').notNull(),
    presentConfirmedAt: instant('present_confirmed_at'),
    comingConfirmedAt: instant('coming_confirmed_at'),
    expiresAt: instant('expires_at').notNull(),
    endedAt: instant('ended_at'),
    createdAt: createdAt(),
  },
  (t) => [index('email_changes_by_staff').on(t.staffId)],
)

/** The secret of an authenticator app, encrypted under the server's key. It counts from `confirmed_at` on. */
export const totpSecrets = pgTable('totp_secrets', {
  staffId: ofStaff().primaryKey(),
  secret: bytea().notNull(),
  confirmedAt: instant('confirmed_at'),
  /** The time step (RFC 6238) of the last code that was taken: none is taken twice. */
  lastStep: bigint('last_step', { mode: 'number' }),
  createdAt: createdAt(),
})

export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    staffId: ofStaff(),
    codeHash: bytea('code_hash').notNull(),
    usedAt: instant('used_at'),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.staffId, t.codeHash] })],
)

/** Public keys of passkeys (WebAuthn Level 3), by their credential ids in base64url. */
export const passkeys = pgTable(
  'passkeys',
  {
    id: uuid().primaryKey(),
    staffId: ofStaff(),
    credentialId: text('credential_id').notNull().unique(),
    publicKey: bytea('public_key').notNull(),
    counter: bigint({ mode: 'number' }).notNull(),
    transports: text().array().notNull(),
    name: text().notNull(),
    lastUsedAt: instant('last_used_at'),
    createdAt: createdAt(),
  },
  (t) => [index('passkeys_by_staff').on(t.staffId)],
)

/** A sign-in, or a confirmation, that waits for its next step: good once and for minutes; its token is kept only as a SHA-256 digest. */
export const challenges = pgTable(
  'challenges',
  {
    tokenHash: bytea('token_hash').primaryKey(),
    purpose: text({ enum: ['second-factor', 'passkey', 'passkey-enrolment'] }).notNull(),
    /** Null while nobody knows who signs in by a passkey. */
    staffId: uuid('staff_id').references(() => staff.id, { onDelete: 'cascade' }),
    /** What a passkey has to sign, in base64url. */
    value: text(),
    expiresAt: instant('expires_at').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('challenges_by_expiry').on(t.expiresAt)],
)

/** Keys of programs, kept only as SHA-256 digests. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: uuid().primaryKey(),
    keyHash: bytea('key_hash').notNull(),
    /** The last characters, by which people know it again. */
    hint: text().notNull(),
    name: text().notNull(),
    scopes: text().array().notNull(),
    /** Null: for all tournaments. */
    tournamentId: uuid('tournament_id').references(() => tournaments.id),
    madeBy: uuid('made_by')
      .notNull()
      .references(() => staff.id),
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
    createdAt: createdAt(),
  },
  (t) => [unique('api_keys_key_hash_unique').on(t.keyHash)],
)
