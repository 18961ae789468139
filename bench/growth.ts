import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { inFolder } from './folder.ts'
import { bodyTemplate, MARK, reserveNumbers } from './registration.ts'
import { hold, note, short, tell, title } from './report.ts'
import { alternate, figureOf } from './rounds.ts'
import type { Options } from './run.ts'
import { seedTeams } from './seed.ts'
import { type Product, type RunningServer, startProduct } from './server.ts'

const SIZES = [10, 1000, 100_000]
const CALLS = 150
/** Several times the rounds of load: these are short. */
const ROUNDS_FACTOR = 3
/** How much dearer a request may be among the most teams than among the fewest. */
const TARGET = 1.5

/** Milliseconds of one request at a time, among few teams and many, in servers that stand side by side. */
export async function measureGrowth(product: Product, { rounds }: Options): Promise<void> {
  title(`Cost of one request, ${SIZES.map((size) => size.toLocaleString('en')).join(', ')} teams`)
  note(`Median of ${CALLS} requests one after the other, in turn among servers of these sizes.`)
  await inFolder(async (folder) => {
    const servers: RunningServer[] = []
    try {
      for (const size of SIZES) servers.push(await startSeeded(product, join(folder, String(size)), size))
      for (const [name, ask] of Object.entries(REQUESTS)) {
        const reached = await alternate(
          rounds * ROUNDS_FACTOR,
          servers.map((server) => () => medianMs(() => ask(server))),
        )
        const medians = reached.map((values) => figureOf(values).median)
        tell(name, medians.map((ms) => `${short(ms)} ms`).join(', '))
        hold(
          `${name}, dearer among the most than the fewest`,
          medians.at(-1)! / medians[0]!,
          { most: TARGET },
          ' times',
        )
      }
    } finally {
      for (const server of servers) await server.stop()
    }
  })
}

const REQUESTS: Record<string, (server: RunningServer) => Promise<Response>> = {
  'team list, 10 of them': (server) => fetch(`${server.url}/api/v1/teams?limit=10`),
  'team detail': (server) => fetch(`${server.url}/api/v1/teams/TEAM-007`),
  registration(server) {
    const body = JSON.stringify(bodyTemplate()).replaceAll(MARK, String(reserveNumbers(1)))
    const headers = { 'content-type': 'application/json' }
    return fetch(`${server.url}/api/v1/registrations`, { method: 'POST', body, headers })
  },
}

async function startSeeded(product: Product, folder: string, teams: number): Promise<RunningServer> {
  mkdirSync(folder)
  chmodSync(folder, 0o711)
  const server = await startProduct(product, folder)
  await seedTeams(server.connection(), teams)
  return server
}

async function medianMs(ask: () => Promise<Response>): Promise<number> {
  const took: number[] = []
  for (let call = 0; call < CALLS; call += 1) {
    const askedAt = performance.now()
    const answer = await ask()
    await answer.arrayBuffer()
    took.push(performance.now() - askedAt)
    if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`)
  }
  return figureOf(took).median
}
