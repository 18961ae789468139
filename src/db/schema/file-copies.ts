import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { tournaments } from './tournaments.ts'

/**
 * Copies of files, and of pictures drawn of them, that are at a file host, on their way to it or to be deleted there. What has no row lies
 * on the disk alone. The id is part of a copy's name at the host: no name is used twice, so nothing late can meet a newer copy.
 */
export const fileCopies = pgTable(
  'file_copies',
  {
    id: uuid().primaryKey(),
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    name: text().notNull(),
    host: text({ enum: ['cloudinary', 's3'] }).notNull(),
    state: text({ enum: ['waiting', 'there', 'leaving'] }).notNull(),
    /** The mark of the data directory in which the same bytes lie until this copy is there; null once they were deleted. */
    spool: text(),
    digest: bytea().notNull(),
    bytes: integer().notNull(),
    /** When an upload of it was last begun; null: the host cannot know it. */
    sentAt: instant('sent_at'),
    tries: integer().notNull().default(0),
    /** Not before; while a process is at it, when that ends at the latest. */
    nextTryAt: instant('next_try_at').notNull(),
    /** Since when it is in its state. */
    since: instant('since').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('file_copies_waiting').on(t.tournamentId, t.name, t.spool).where(sql`${t.state} = 'waiting'`),
    uniqueIndex('file_copies_there').on(t.tournamentId, t.name).where(sql`${t.state} = 'there'`),
    index('file_copies_due').on(t.nextTryAt).where(sql`${t.state} <> 'there' or ${t.spool} is not null`),
    check('file_copies_state_known', sql`${t.state} in ('waiting', 'there', 'leaving')`),
    check('file_copies_host_known', sql`${t.host} in ('cloudinary', 's3')`),
    check('file_copies_waiting_in_spool', sql`${t.state} <> 'waiting' or ${t.spool} is not null`),
  ],
)
