import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, smallint, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { players, teams } from './teams.ts'
import { tournaments } from './tournaments.ts'

/** Bytes in the file store, once a tournament; `name` is the HMAC of the content, `digest` its plain SHA-256. */
export const files = pgTable(
  'files',
  {
    id: uuid().primaryKey(),
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    name: text().notNull(),
    digest: bytea().notNull(),
    bytes: integer().notNull(),
    contentType: text('content_type').notNull(),
    /** When a put last claimed the file, later with every put: the collector leaves it alone for a day after. */
    putAt: instant('put_at').notNull(),
    /** Keyed hash of the address that put it last, to which it is charged while no document names it. */
    senderHash: bytea('sender_hash').notNull(),
    /** How often pictures of it were begun: a file that ends the process is not tried for ever. */
    pictureTries: smallint('picture_tries').notNull().default(0),
    pictureTriedAt: instant('picture_tried_at'),
    /** When it was settled whether there are pictures of it: then it has a size in pixels and a likeness, or never will. */
    picturesAt: instant('pictures_at'),
    width: integer(),
    height: integer(),
    likeness: bytea(),
  },
  (t) => [
    uniqueIndex('files_name').on(t.tournamentId, t.name),
    index('files_by_put_at').on(t.putAt),
    index('files_undrawn').on(t.putAt).where(sql`${t.picturesAt} is null and ${t.contentType} <> 'application/pdf'`),
    check('files_never_empty', sql`${t.bytes} > 0`),
  ],
)

/** A form being filled in: what was typed so far; its files are uploads. Its token is kept only as a SHA-256 digest. */
export const drafts = pgTable(
  'drafts',
  {
    id: uuid().primaryKey(),
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    tokenHash: bytea('token_hash').notNull().unique(),
    form: jsonb().notNull(),
    teamId: uuid('team_id').references(() => teams.id),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [index('drafts_by_update').on(t.updatedAt)],
)

/**
 * A file sent before its registration: by id (a capability, kept as a SHA-256 digest) over the API, or in a slot of a draft
 * (`team.pastor_letter`, `players.<row key>.aadhar`). Bound to the first registration that names it.
 */
export const uploads = pgTable(
  'uploads',
  {
    id: uuid().primaryKey(),
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    capabilityHash: bytea('capability_hash').unique(),
    draftId: uuid('draft_id').references(() => drafts.id),
    slot: text(),
    kind: text().notNull(),
    fileId: uuid('file_id')
      .notNull()
      .references(() => files.id),
    originalName: text('original_name').notNull(),
    teamId: uuid('team_id').references(() => teams.id),
    /** The `put_at` that its put gave the file. */
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    uniqueIndex('uploads_one_a_slot').on(t.draftId, t.slot),
    index('uploads_by_expiry').on(t.expiresAt),
    index('uploads_by_file').on(t.fileId),
    check('uploads_one_owner', sql`(${t.capabilityHash} is null) <> (${t.draftId} is null)`),
    check('uploads_slot_in_draft', sql`(${t.slot} is null) = (${t.draftId} is null)`),
  ],
)

export const documents = pgTable(
  'documents',
  {
    id: uuid().primaryKey(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    playerId: uuid('player_id').references(() => players.id),
    kind: text().notNull(),
    /** None once the file was erased: what stays is that it was there, and until when. */
    fileId: uuid('file_id').references(() => files.id),
    /** Empty once the file was erased. */
    originalName: text('original_name').notNull(),
    position: smallint().notNull(),
    createdAt: createdAt(),
    erasedAt: instant('erased_at'),
    /** `retention`: its time after the decision was over. `request`: its person was erased. */
    erasedFor: text('erased_for', { enum: ['retention', 'request'] }),
  },
  (t) => [
    index('documents_by_team').on(t.teamId),
    index('documents_by_file').on(t.fileId),
    check('documents_file_or_erased', sql`(${t.fileId} is null) = (${t.erasedAt} is not null)`),
    check('documents_erased_for', sql`(${t.erasedAt} is null) = (${t.erasedFor} is null)`),
  ],
)
