import type { Db } from 'pg-boss'
import type { Sql } from 'postgres'

/** pg-boss sends several statements as one text, in a transaction that the text itself begins and ends. */
const BEGINS = /\bBEGIN\b\s*;/i

/**
 * Lets pg-boss work over one of our pools: one that runs transactions, and that drizzle was given before, which turns the driver's own
 * making of JSON off. pg-boss makes its own.
 */
export const jobsOver = (sql: Sql): Db => ({
  async executeSql(text, values = []) {
    if (BEGINS.test(text)) return { rows: await runAsTransaction(sql, text) }
    const rows =
      values.length > 0 ? await sql.unsafe(text, values.map(asParameter) as never[]) : await sql.unsafe(text).simple()
    return { rows: [...rows].flat() }
  },
  async listen(channel, onNotification, onReconnect) {
    const { unlisten } = await sql.listen(channel, onNotification, onReconnect)
    return { close: unlisten }
  },
})

async function runAsTransaction(sql: Sql, text: string): Promise<unknown[]> {
  const reserved = await sql.reserve()
  try {
    return [...(await reserved.unsafe(text).simple())].flat()
  } catch (error) {
    // The connection may be gone, and the transaction with it.
    await reserved.unsafe('rollback').catch(() => {})
    throw error
  } finally {
    reserved.release()
  }
}

/** The driver leaves JSON to whoever calls it. */
const asParameter = (value: unknown) =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Uint8Array)
    ? JSON.stringify(value)
    : value
