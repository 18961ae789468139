import { join } from 'node:path'
import type { EmbeddedConnection } from '#src/db/embedded/connection.ts'
import { capture } from './tools.ts'
import type { Load } from './wrk.ts'

/** Transactions a second of a script of ours, whose `:name` variables are given as text. Throws when any of them fails. */
export async function pgbench(
  { host, port, user, password, database }: EmbeddedConnection,
  script: string,
  variables: Record<string, string>,
  { clients, seconds }: Load,
): Promise<number> {
  const output = await capture(
    [
      ...['pgbench', '--no-vacuum', '--protocol=prepared', `--client=${clients}`, '--jobs=1', `--time=${seconds}`],
      ...['--file', join(import.meta.dir, script), '--host', host, '--port', String(port), '--username', user],
      ...Object.entries(variables).flatMap(([name, value]) => ['--define', `${name}=${value}`]),
      database,
    ],
    { PGPASSWORD: password },
  )
  const rate = /^tps = ([\d.]+)/m.exec(output)?.[1]
  const failed = /^number of failed transactions: (\d+)/m.exec(output)?.[1]
  if (rate === undefined || (failed !== undefined && failed !== '0')) throw new Error(`pgbench said: ${output}`)
  return Number(rate)
}
