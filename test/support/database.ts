import { type Database, openDatabase } from '#src/db/client.ts'
import { migrate } from '#src/db/migrate.ts'
import { createDatabase } from './postgres.ts'

let template: Promise<string> | undefined

/** A migrated database of the test file's own, copied from one template a run. */
export async function testDatabase({ connections = 20 } = {}): Promise<{
  db: Database
  connection: Awaited<ReturnType<typeof createDatabase>>['connection']
  /** Texts of the statements that were sent so far. */
  statements: string[]
  drop(): Promise<void>
}> {
  template ??= makeTemplate()
  const { connection, drop } = await createDatabase(await template)
  const statements: string[] = []
  const db = openDatabase(connection, connections, { onStatement: (text) => void statements.push(text) })
  return {
    db,
    connection,
    statements,
    async drop() {
      await db.close()
      await drop()
    },
  }
}

async function makeTemplate(): Promise<string> {
  const { connection } = await createDatabase()
  await migrate(connection)
  return connection.database
}
