import { sql } from 'drizzle-orm'
import {
  bigserial,
  check,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { staff } from './staff.ts'
import { tournaments } from './tournaments.ts'

export const clubs = pgTable(
  'clubs',
  {
    id: uuid().primaryKey(),
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    name: text().notNull(),
    nameKey: text('name_key').notNull(),
    liveTeams: integer('live_teams').notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('clubs_name').on(t.tournamentId, t.nameKey),
    check('clubs_live_teams_range', sql`${t.liveTeams} >= 0`),
  ],
)

/** A team's registration and the team itself are one row: its state says how far it has come. */
export const teams = pgTable(
  'teams',
  {
    id: uuid().primaryKey(),
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    clubId: uuid('club_id')
      .notNull()
      .references(() => clubs.id),
    number: integer().notNull(),
    /** The team id people say, `ICCT-001`. */
    code: text().notNull(),
    state: text().notNull(),
    name: text().notNull(),
    nameKey: text('name_key').notNull(),
    captainName: text('captain_name').notNull(),
    captainPhone: text('captain_phone').notNull(),
    captainEmail: text('captain_email').notNull(),
    captainEmailKey: text('captain_email_key').notNull(),
    captainWhatsapp: text('captain_whatsapp').notNull(),
    viceCaptainName: text('vice_captain_name').notNull(),
    viceCaptainPhone: text('vice_captain_phone').notNull(),
    viceCaptainEmail: text('vice_captain_email').notNull(),
    viceCaptainWhatsapp: text('vice_captain_whatsapp').notNull(),
    paymentReference: text('payment_reference'),
    playerCount: smallint('player_count').notNull(),
    /** What staff search in: names, club, team id and reference, folded as a name key is. */
    searchText: text('search_text').notNull(),
    reference: text().notNull().unique(),
    pinHmac: bytea('pin_hmac').notNull(),
    submittedAt: instant('submitted_at').notNull(),
    stateChangedAt: instant('state_changed_at').notNull(),
  },
  (t) => [
    uniqueIndex('teams_number').on(t.tournamentId, t.number),
    uniqueIndex('teams_code').on(t.tournamentId, t.code),
    uniqueIndex('teams_live_name')
      .on(t.tournamentId, t.nameKey)
      .where(sql`${t.state} not in ('rejected', 'withdrawn')`),
    uniqueIndex('teams_live_captain_email')
      .on(t.tournamentId, t.captainEmailKey)
      .where(sql`${t.state} not in ('rejected', 'withdrawn')`),
    index('teams_newest').on(t.tournamentId, t.number.desc()),
    index('teams_by_state').on(t.tournamentId, t.state, t.number.desc()),
    index('teams_by_club').on(t.clubId, t.number.desc()),
    index('teams_by_name').on(t.tournamentId, t.nameKey, t.id),
    index('teams_by_captain_email').on(t.captainEmailKey),
    check(
      'teams_state_known',
      sql`${t.state} in ('submitted', 'in_review', 'changes_requested', 'waitlisted', 'reserved', 'approved', 'rejected', 'withdrawn')`,
    ),
  ],
)

/** How many teams stand in each state: kept beside every move, so that no page counts rows. */
export const stateCounts = pgTable(
  'state_counts',
  {
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    state: text().notNull(),
    teams: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tournamentId, t.state] }), check('state_counts_range', sql`${t.teams} >= 0`)],
)

/** How many registrations came in on each day of the tournament's own calendar. */
export const dayCounts = pgTable(
  'day_counts',
  {
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    day: date().notNull(),
    teams: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tournamentId, t.day] })],
)

export const players = pgTable(
  'players',
  {
    id: uuid().primaryKey(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    position: smallint().notNull(),
    name: text().notNull(),
    role: text(),
    jerseyNumber: smallint('jersey_number'),
    dateOfBirth: date('date_of_birth'),
  },
  (t) => [
    uniqueIndex('players_position').on(t.teamId, t.position),
    check('players_jersey_range', sql`${t.jerseyNumber} between 0 and 999`),
  ],
)

/** Every move of a registration: who, when, why, from, to. */
export const registrationMoves = pgTable(
  'registration_moves',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    fromState: text('from_state'),
    toState: text('to_state').notNull(),
    reason: text(),
    actorKind: text('actor_kind').notNull(),
    actorId: uuid('actor_id'),
    createdAt: createdAt(),
  },
  (t) => [index('registration_moves_by_team').on(t.teamId, t.id)],
)

/** A captain's links to the team's entry page: kept only as SHA-256 digests. */
export const entryLinks = pgTable(
  'entry_links',
  {
    tokenHash: bytea('token_hash').primaryKey(),
    /** What staff call it when they revoke it. */
    id: uuid().notNull().defaultRandom().unique(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    madeFor: text('made_for', { enum: ['registration', 'mail', 'staff', 'visit'] })
      .notNull()
      .default('registration'),
    /** Of staff, where one of them made it. */
    madeBy: uuid('made_by').references(() => staff.id),
    lastUsedAt: instant('last_used_at'),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
    createdAt: createdAt(),
  },
  (t) => [index('entry_links_by_team').on(t.teamId), index('entry_links_by_expiry').on(t.expiresAt)],
)

/** The question put to a human about a registration; the registration's state is the answer's effect. */
export const decisionRequests = pgTable(
  'decision_requests',
  {
    id: uuid().primaryKey(),
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    state: text().notNull(),
    askedAt: instant('asked_at').notNull(),
    closedAt: instant('closed_at'),
  },
  (t) => [
    uniqueIndex('decision_requests_one_open')
      .on(t.teamId)
      .where(sql`${t.state} in ('pending', 'in_review', 'escalated')`),
    index('decision_requests_waiting').on(t.tournamentId, t.state, t.askedAt),
    check(
      'decision_requests_state_known',
      sql`${t.state} in ('pending', 'in_review', 'escalated', 'changes_requested', 'approved', 'rejected', 'closed')`,
    ),
  ],
)

/** What was claimed or decided about a decision request, by whom, when and why. */
export const decisions = pgTable(
  'decisions',
  {
    id: uuid().primaryKey(),
    requestId: uuid('request_id')
      .notNull()
      .references(() => decisionRequests.id),
    outcome: text({ enum: ['claimed', 'approved', 'rejected'] }).notNull(),
    reason: text(),
    actorKind: text('actor_kind').notNull(),
    actorId: uuid('actor_id'),
    createdAt: createdAt(),
  },
  (t) => [index('decisions_by_request').on(t.requestId, t.createdAt)],
)
