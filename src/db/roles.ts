import type { Sql } from 'postgres'
import { JOBS_SCHEMA } from './jobs/queues.ts'

/** What is only ever added to by whoever is not the owner; the functions of src/audit/audit.sql do the rest. */
const ADDED_TO = ['audit_entries', 'audit_batches']
const AUDIT_FUNCTIONS = ['mask_audit(text)', 'remove_audit_addresses(int)', 'expire_audit(int)']
const ROW_RIGHTS = 'select, insert, update, delete'

/**
 * Lets the role do what a running server does, and no more: rows of every table, but only additions to the audit log; writing tables anew
 * (`maintain`, PostgreSQL 17 and newer); the jobs. It makes, changes and drops nothing. Run by the owner of all of it.
 */
export const grantToServer = (sql: Sql, role: string, hasJobs: boolean): Promise<unknown> =>
  sql.begin(async (tx) => {
    const [own] = await tx`select quote_ident(current_schema()) as schema`
    const statements = [
      `grant usage on schema ${own!.schema}, drizzle to ${role}`,
      `grant ${ROW_RIGHTS}, maintain on all tables in schema ${own!.schema} to ${role}`,
      `revoke update, delete on ${ADDED_TO.join(', ')} from ${role}`,
      `grant usage on all sequences in schema ${own!.schema} to ${role}`,
      `grant select on drizzle.__drizzle_migrations to ${role}`,
      `grant execute on function ${AUDIT_FUNCTIONS.join(', ')} to ${role}`,
      ...(hasJobs
        ? [
            `grant usage on schema ${JOBS_SCHEMA} to ${role}`,
            `grant ${ROW_RIGHTS} on all tables in schema ${JOBS_SCHEMA} to ${role}`,
            `grant usage on all sequences in schema ${JOBS_SCHEMA} to ${role}`,
          ]
        : []),
    ]
    await tx.unsafe(statements.join(';\n'))
  })
