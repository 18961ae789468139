import postgres, { type Sql } from 'postgres'
import { type Database, openDatabase } from '#src/db/client.ts'
import { SERVER_ROLE, serverPassword } from '#src/db/embedded/connection.ts'
import { migrate } from '#src/db/migrate.ts'
import { createDatabase } from './postgres.ts'

let template: Promise<string> | undefined

/** A migrated database of the test file's own, copied from one template a run. */
export async function testDatabase({ connections = 20 } = {}): Promise<{
  /** As the role that runs the server. */
  db: Database
  /** As the owner of the tables, for what a server may not do. */
  owner: Sql
  /** As the owner. */
  connection: Awaited<ReturnType<typeof createDatabase>>['connection']
  /** Texts of the statements that were sent so far. */
  statements: string[]
  drop(): Promise<void>
}> {
  template ??= makeTemplate()
  const { connection, drop } = await createDatabase(await template)
  const statements: string[] = []
  const server = { ...connection, user: SERVER_ROLE, password: serverPassword(connection.password) }
  const owner = postgres({ ...connection, max: 1, onnotice() {} })
  const db = openDatabase(server, connections, { onStatement: (text) => void statements.push(text) })
  return {
    db,
    owner,
    connection,
    statements,
    async drop() {
      await db.close()
      await owner.end()
      await drop()
    },
  }
}

async function makeTemplate(): Promise<string> {
  const { connection } = await createDatabase()
  await migrate(connection, { serverRole: SERVER_ROLE })
  return connection.database
}
