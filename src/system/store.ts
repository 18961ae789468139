import type { Queryable } from '#src/db/client.ts'

/** The version of PostgreSQL, and when the newest migration that it has was made (milliseconds since 1970). */
export async function findDatabaseFacts(sql: Queryable): Promise<{ version: string; migratedTo: number }> {
  const [row] = await sql<{ version: string; migratedTo: number }[]>`
    select current_setting('server_version') as version,
      (select max(created_at)::float8 from drizzle.__drizzle_migrations) as "migratedTo"`
  return row!
}
