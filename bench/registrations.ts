import { openDatabase } from '#src/db/client.ts'
import { findTournament } from '#src/tournaments/store.ts'
import { inFolder } from './folder.ts'
import { pgbench } from './pgbench.ts'
import { bodyTemplate, entryTemplate, MARK, NUMBERS, reserveNumbers } from './registration.ts'
import { hold, note, spread, tell, title } from './report.ts'
import { alternate, figureOf, ratios } from './rounds.ts'
import type { Options } from './run.ts'
import { type Product, type RunningServer, startProduct } from './server.ts'
import { type Load, postRepeatedly } from './wrk.ts'

/** What pgbench does beside us, and which part of its rate we should reach at how many clients. */
const BESIDE = [
  { name: 'one statement', script: 'one-statement.sql', targets: { 1: 0.6 } },
  { name: 'the same rows, statement by statement', script: 'conversational.sql', targets: { 16: 1 } },
  { name: 'lock, team, players, commit', script: 'conversational-least.sql', targets: { 16: 1 } },
] as const
const FEW = [1, 16] as const
/** Of the connections that the embedded PostgreSQL lets in; pgbench takes one a client. */
const POOL_BESIDE = 8
/** More connections than PostgreSQL lets in, so pgbench has no part in these. */
const MANY = [64, 256] as const
const COLLAPSE_TARGET = 0.8
const WARM_UP_SECONDS = 3
const POSTS_A_RUN_MAX = 100_000

/** Registrations a second over HTTP, beside pgbench on the same PostgreSQL, in a server whose pool leaves pgbench its connections. */
export async function measureBesidePgbench(product: Product, { seconds, rounds }: Options): Promise<void> {
  title('Registrations of eleven players, POST /api/v1/registrations')
  note(`Beside pgbench --protocol=prepared on the same PostgreSQL and the same tables. DATABASE_POOL=${POOL_BESIDE}.`)
  await inFolder(async (folder) => {
    const server = await startProduct(product, folder, { DATABASE_POOL: String(POOL_BESIDE) })
    try {
      const variables = await preparePgbench(server)
      await post(server, { clients: 16, seconds: WARM_UP_SECONDS })
      for (const clients of FEW) {
        const load = { clients, seconds }
        const [http, ...others] = await alternate(rounds, [
          () => post(server, load),
          ...BESIDE.map(
            ({ script }) =>
              () =>
                pgbench(server.connection(), script, variables, load),
          ),
        ])
        tellBeside(clients, http!, others)
      }
    } finally {
      await server.stop()
    }
  })
}

/** Registrations a second from many clients, beside few of them. */
export async function measureCrowds(server: RunningServer, { seconds, rounds }: Options): Promise<void> {
  title('Registrations from many clients')
  await post(server, { clients: 16, seconds: WARM_UP_SECONDS })
  const [fewer, more] = await alternate(
    rounds,
    MANY.map((clients) => () => post(server, { clients, seconds })),
  )
  tell(`${MANY[0]} clients, over HTTP`, spread(figureOf(fewer!), '/s'))
  tell(`${MANY[1]} clients, over HTTP`, spread(figureOf(more!), '/s'))
  hold(`${MANY[1]} clients beside ${MANY[0]}`, ratios(more!, fewer!).median, { least: COLLAPSE_TARGET })
}

async function post(server: RunningServer, load: Load): Promise<number> {
  const first = reserveNumbers(POSTS_A_RUN_MAX)
  const body = JSON.stringify(bodyTemplate())
  return (await postRepeatedly(`${server.url}/api/v1/registrations`, body, MARK, first, load)).perSecond
}

function tellBeside(clients: number, http: readonly number[], others: readonly (readonly number[])[]): void {
  const who = clients === 1 ? '1 client' : `${clients} clients`
  tell(`${who}, over HTTP`, spread(figureOf(http), '/s'))
  for (const [index, { name, targets }] of BESIDE.entries()) {
    const target = (targets as Record<number, number>)[clients]
    const ratio = ratios(http, others[index]!)
    tell(`${who}, pgbench: ${name}`, spread(figureOf(others[index]!), '/s'))
    if (target === undefined) tell('  HTTP beside it', spread(ratio))
    else hold(`  HTTP beside it: ${name}`, ratio.median, { least: target })
  }
}

async function preparePgbench(server: RunningServer): Promise<Record<string, string>> {
  const db = openDatabase(server.connection(), 4)
  try {
    const tournament = (await findTournament(db.read))!
    await db.read`create sequence if not exists bench_numbers start ${db.read.unsafe(String(NUMBERS.pgbench))}`
    const club = Bun.randomUUIDv7()
    await db.read`
      insert into clubs (id, tournament_id, name, name_key) values (${club}, ${tournament.id}, 'Church of the bench', ${club})`
    return { tournament: tournament.id, club, entry: entryTemplate(tournament), mark: MARK }
  } finally {
    await db.close()
  }
}
