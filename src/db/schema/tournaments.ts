import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  time,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { createdAt, instant } from './columns.ts'

export const tournaments = pgTable(
  'tournaments',
  {
    id: uuid().primaryKey(),
    slug: text().notNull().unique(),
    name: text().notNull(),
    /** What it was made from (src/tournaments/presets.ts); none: by hand. */
    preset: text(),
    sport: text().notNull(),
    idPrefix: text('id_prefix').notNull(),
    isDefault: boolean('is_default').notNull().default(false),
    venue: text(),
    startsOn: date('starts_on'),
    endsOn: date('ends_on'),
    timeZone: text('time_zone').notNull(),
    country: text().notNull(),
    currency: text().notNull(),
    feeMinor: integer('fee_minor').notNull(),
    lateFeeMinor: integer('late_fee_minor'),
    lateFeeFrom: instant('late_fee_from'),
    opensAt: instant('opens_at'),
    closesAt: instant('closes_at'),
    squadLocksAt: instant('squad_locks_at'),
    capacity: integer(),
    keepsWaitingList: boolean('keeps_waiting_list').notNull().default(false),
    teamsPerClub: smallint('teams_per_club'),
    squadMin: smallint('squad_min').notNull(),
    squadMax: smallint('squad_max').notNull(),
    playerRoles: text('player_roles').array().notNull(),
    clubLabel: text('club_label').notNull(),
    idsRevealed: text('ids_revealed', { enum: ['at_once', 'after_approval'] }).notNull(),
    asksDateOfBirth: boolean('asks_date_of_birth').notNull().default(false),
    asksJerseyNumber: boolean('asks_jersey_number').notNull().default(false),
    ageMin: smallint('age_min'),
    ageMax: smallint('age_max'),
    /** Whom mails are from, and whom answers go to; null: the tournament's name, the server's address. */
    mailFromName: text('mail_from_name'),
    mailReplyTo: text('mail_reply_to'),
    /** By the tournament's own clock; mails that are not urgent wait from one to the other. Both or neither. */
    quietFrom: time('quiet_from'),
    quietTo: time('quiet_to'),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('tournaments_one_default').on(t.isDefault).where(sql`${t.isDefault}`),
    check('tournaments_squad_range', sql`${t.squadMin} >= 1 and ${t.squadMax} between ${t.squadMin} and 99`),
    check('tournaments_capacity_range', sql`${t.capacity} is null or ${t.capacity} >= 1`),
    check('tournaments_fee_range', sql`${t.feeMinor} >= 0`),
    check('tournaments_quiet_hours_whole', sql`(${t.quietFrom} is null) = (${t.quietTo} is null)`),
  ],
)

/** What a tournament asks of a team or of each of its players; kinds themselves are fixed in documents/model.ts. */
export const tournamentDocuments = pgTable(
  'tournament_documents',
  {
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    kind: text().notNull(),
    position: smallint().notNull(),
    required: boolean().notNull(),
    /** How long its file is kept after the registration was decided or withdrawn; none: as long as the registration. */
    retentionDays: smallint('retention_days'),
  },
  (t) => [primaryKey({ columns: [t.tournamentId, t.kind] })],
)

/** Kept counts: one row a tournament, changed only under the tournament's advisory lock. */
export const tournamentCounters = pgTable('tournament_counters', {
  tournamentId: uuid('tournament_id')
    .primaryKey()
    .references(() => tournaments.id),
  lastNumber: integer('last_number').notNull().default(0),
  heldPlaces: integer('held_places').notNull().default(0),
})
