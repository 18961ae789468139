import { bigserial, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'
import { tournaments } from './tournaments.ts'

/** What happened, written in the transaction it tells of; ids only, no personal data. */
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
    data: jsonb().notNull().default({}),
  },
  (t) => [index('audit_entries_by_subject').on(t.subjectId, t.id)],
)
