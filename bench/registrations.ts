import { openDatabase } from '#src/db/client.ts'
import { findTournament } from '#src/tournaments/store.ts'
import { pgbench } from './pgbench.ts'
import { bodyTemplate, entryTemplate, MARK, NUMBERS, reserveNumbers } from './registration.ts'
import { hold, note, spread, tell, title } from './report.ts'
import { alternate, type Figure, figureOf, ratios } from './rounds.ts'
import type { Options } from './run.ts'
import type { RunningServer } from './server.ts'
import { postRepeatedly } from './wrk.ts'

const CLIENTS = [1, 16, 64, 256] as const
/** More than these PostgreSQL does not let in. */
const PGBENCH_CLIENTS_MAX = 16
const WARM_UP_SECONDS = 3
const POSTS_A_RUN_MAX = 100_000
const ONE_STATEMENT_TARGET = 0.6
const CONVERSATIONAL_TARGET = 1
const COLLAPSE_TARGET = 0.8

/** Registrations a second over HTTP, beside pgbench on the same PostgreSQL. */
export async function measureRegistrations(server: RunningServer, { seconds, rounds }: Options): Promise<void> {
  title('Registrations of eleven players, POST /api/v1/registrations')
  const variables = await preparePgbench(server)
  const body = JSON.stringify(bodyTemplate())
  const post = async (clients: number, forSeconds = seconds) => {
    const load = { clients, seconds: forSeconds }
    return (
      await postRepeatedly(`${server.url}/api/v1/registrations`, body, MARK, reserveNumbers(POSTS_A_RUN_MAX), load)
    ).perSecond
  }
  await post(16, WARM_UP_SECONDS)

  const rates = new Map<number, number>()
  for (const clients of CLIENTS) {
    const load = { clients, seconds }
    const script = (file: string) => () => pgbench(server.connection(), file, variables, load)
    const beside = clients <= PGBENCH_CLIENTS_MAX ? [script('one-statement.sql'), script('conversational.sql')] : []
    const [http, oneStatement, conversational] = await alternate(rounds, [() => post(clients), ...beside])
    rates.set(clients, figureOf(http!).median)
    tell(`${clients} clients, over HTTP`, spread(figureOf(http!), '/s'))
    if (!oneStatement || !conversational) continue
    tell(`${clients} clients, pgbench, one statement`, spread(figureOf(oneStatement), '/s'))
    tell(`${clients} clients, pgbench, conversational`, spread(figureOf(conversational), '/s'))
    compare(clients, 'one statement', ratios(http!, oneStatement), clients === 1 ? ONE_STATEMENT_TARGET : undefined)
    compare(
      clients,
      'conversational',
      ratios(http!, conversational),
      clients === 16 ? CONVERSATIONAL_TARGET : undefined,
    )
  }
  hold('256 clients, beside 64', rates.get(256)! / rates.get(64)!, { least: COLLAPSE_TARGET })
}

function compare(clients: number, to: string, ratio: Figure, target: number | undefined): void {
  const label = `${clients} clients, beside ${to}`
  if (target === undefined) tell(label, spread(ratio))
  else hold(label, ratio.median, { least: target })
}

async function preparePgbench(server: RunningServer): Promise<Record<string, string>> {
  const db = openDatabase(server.connection(), 4)
  try {
    const tournament = (await findTournament(db.read))!
    await db.read`create sequence if not exists bench_numbers start ${db.read.unsafe(String(NUMBERS.pgbench))}`
    const club = Bun.randomUUIDv7()
    await db.read`
      insert into clubs (id, tournament_id, name, name_key) values (${club}, ${tournament.id}, 'Church of the bench', ${club})`
    note(
      'pgbench --protocol=prepared, on the same PostgreSQL and tables; the conversational one writes team and players only.',
    )
    return { tournament: tournament.id, club, entry: entryTemplate(tournament), mark: MARK }
  } finally {
    await db.close()
  }
}
