import { sql } from 'drizzle-orm'
import { check, index, jsonb, pgTable, smallint, text, uuid } from 'drizzle-orm/pg-core'
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
    index('mails_by_state').on(t.state, t.createdAt),
    index('mails_by_team').on(t.teamId),
    index('mails_due').on(t.nextTryAt).where(sql`${t.state} in ('queued', 'retrying', 'sending')`),
    check('mails_state_known', sql`${t.state} in ('queued', 'sending', 'sent', 'retrying', 'failed', 'held')`),
    check('mails_claim_while_sending', sql`(${t.state} = 'sending') = (${t.claimId} is not null)`),
  ],
)
