/**
 * The smallest program that runs the embedded database, compiled by the tests and started as a process of its own:
 * `program serve|command|leave <data directory>`. Says what happens in lines of JSON; stops in order on SIGTERM.
 */
import postgres from 'postgres'
import { openEmbedded, startEmbedded } from '#src/db/embedded/embedded.ts'
import { StartError } from '#src/lib/start-error.ts'

const EXIT_CODE_OF_LEAVING = 3

const [role, dataDir = ''] = process.argv.slice(2)
const say = (event: string, fields: object = {}) => console.log(JSON.stringify({ event, ...fields }))
const log = {
  info: (fields: object, event: string) => say(event, fields),
  warn: (fields: object, event: string) => say(event, fields),
  error: (fields: object, event: string) => say(event, fields),
}

try {
  await (role === 'command' ? command() : serve())
} catch (error) {
  if (!(error instanceof StartError)) throw error
  say('refused', { sentence: error.message })
  process.exitCode = error.exitCode
}

async function serve() {
  const database = await startEmbedded({ dataDir, log, noSync: true })
  process.once('SIGTERM', async () => {
    await database.stop()
    say('stopped')
    process.exit(0)
  })
  say('ready', { host: database.connection.host, state: database.state() })
  if (role === 'leave') process.exit(EXIT_CODE_OF_LEAVING)
  setInterval(() => {}, 60_000)
}

/** Leaves a row in a table and tells how many there are. */
async function command() {
  const database = await openEmbedded({ dataDir, log, noSync: true })
  const sql = postgres({ ...database.connection, max: 1, onnotice() {} })
  await sql`CREATE TABLE IF NOT EXISTS runs (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz DEFAULT now())`
  await sql`INSERT INTO runs DEFAULT VALUES`
  const [row] = await sql`SELECT count(*)::int AS runs, max(current_user) AS role FROM runs`
  await sql.end()
  await database.stop()
  say('done', { owned: database.owned, ...row })
}
