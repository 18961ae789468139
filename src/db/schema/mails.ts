import { sql } from 'drizzle-orm'
import { boolean, check, index, jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { createdAt, instant } from './columns.ts'
import { teams } from './teams.ts'
import { tournaments } from './tournaments.ts'

/** A mail's row is the truth about it: data, never secrets. Links and sentences are made as it is sent. */
export const mails = pgTable(
  'mails',
  {
    id: uuid().primaryKey(),
    /** None for mails about an account. */
    tournamentId: uuid('tournament_id').references(() => tournaments.id),
    teamId: uuid('team_id').references(() => teams.id),
    kind: text().notNull(),
    toAddress: text('to_address').notNull(),
    toName: text('to_name').notNull(),
    data: jsonb().notNull(),
    /** Staff said so: it does not wait for the end of the quiet hours. */
    atOnce: boolean('at_once').notNull().default(false),
    state: text({ enum: ['queued', 'sending', 'sent', 'retrying', 'failed', 'held'] }).notNull(),
    /** Tries that reached for the mail server, the running one included. */
    attempts: smallint().notNull().default(0),
    /** Not before; while it is being sent, when the claim on it ends. */
    nextTryAt: instant('next_try_at').notNull().defaultNow(),
    /** From the first try on: no further one after this. */
    giveUpAt: instant('give_up_at'),
    /** Of the one try that may say how it ended. */
    claimId: uuid('claim_id'),
    /** What the server, or the way to it, said last. */
    lastAnswer: text('last_answer'),
    /** The latest tries: `[{ at, state, answer }]`, the oldest first. */
    history: jsonb().notNull().default([]),
    sentAt: instant('sent_at'),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    index('mails_newest').on(t.tournamentId, t.id.desc()),
    index('mails_by_state').on(t.tournamentId, t.state, t.id.desc()),
    index('mails_by_team').on(t.teamId),
    index('mails_due').on(t.nextTryAt).where(sql`${t.state} in ('queued', 'retrying', 'sending')`),
    index('mails_sent_to').on(sql`lower(${t.toAddress})`, t.sentAt).where(sql`${t.sentAt} is not null`),
    check('mails_state_known', sql`${t.state} in ('queued', 'sending', 'sent', 'retrying', 'failed', 'held')`),
    check('mails_claim_while_sending', sql`(${t.state} = 'sending') = (${t.claimId} is not null)`),
  ],
)

/** A tournament's own words for a kind of message, where it does not use ours; with placeholders such as `{team_name}`. */
export const messageTemplates = pgTable(
  'message_templates',
  {
    tournamentId: uuid('tournament_id')
      .notNull()
      .references(() => tournaments.id),
    kind: text().notNull(),
    subject: text().notNull(),
    body: text().notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tournamentId, t.kind] })],
)
