/**
 * What the product's pages are measured against: the same framework, driver, pool and PostgreSQL, and nothing but one row read by its key.
 * Settings: PORT, CONNECTION (JSON), TEAM (a UUID).
 */
import { Elysia } from 'elysia'
import { openDatabase } from '#src/db/client.ts'

const CONNECTIONS_MAX = 8

const { PORT, CONNECTION, TEAM } = process.env
const db = openDatabase(JSON.parse(CONNECTION!), CONNECTIONS_MAX)

new Elysia({ serve: { reusePort: false } })
  .get('/', async () => {
    const [row] = await db.read`select id, code, name from teams where id = ${TEAM!}`
    return row
  })
  .listen({ port: Number(PORT), hostname: '127.0.0.1' })
