import type { Queryable } from '#src/db/client.ts'

export type DatabaseFacts = {
  version: string
  /** When the newest migration that it has was made, in milliseconds since 1970. */
  migratedTo: number
  /** Whether our role could change what stands in the audit log. */
  mayChangeAudit: boolean
}

export async function findDatabaseFacts(sql: Queryable): Promise<DatabaseFacts> {
  const [row] = await sql<DatabaseFacts[]>`
    select current_setting('server_version') as version,
      (select max(created_at)::float8 from drizzle.__drizzle_migrations) as "migratedTo",
      has_table_privilege('audit_entries', 'UPDATE, DELETE, TRUNCATE') as "mayChangeAudit"`
  return row!
}
