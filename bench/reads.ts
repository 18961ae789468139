import { join } from 'node:path'
import postgres from 'postgres'
import { inFolder } from './folder.ts'
import { hold, note, spread, tell, title } from './report.ts'
import { alternate, figureOf, ratios } from './rounds.ts'
import type { Options } from './run.ts'
import { seedTeams } from './seed.ts'
import { type RunningServer, startServer } from './server.ts'
import { capture } from './tools.ts'
import { getRepeatedly } from './wrk.ts'

const TEAMS = 5000
const CLIENTS = 16
const WARM_UP_SECONDS = 2
/** Of the rate of one bare SELECT. */
const TARGET = 0.33
const BUILD_FLAGS = ['--minify-whitespace', '--minify-syntax', '--bytecode', '--format=esm']

/** Pages and API answers a second beside a server that does nothing but read one row. */
export async function measureReads(server: RunningServer, { seconds, rounds }: Options): Promise<void> {
  title(`Reading, ${TEAMS.toLocaleString('en')} approved teams, ${CLIENTS} clients`)
  note(
    'Beside one bare SELECT by primary key: a server of its own, compiled alike, same framework, driver, pool and PostgreSQL.',
  )
  await seedTeams(server.connection(), TEAMS)
  const team = await findTeamInTheMiddle(server)
  const addresses = {
    'team list, 50 of them': `${server.url}/api/v1/teams?limit=50`,
    'team detail': `${server.url}/api/v1/teams/${team}`,
    'registration page': `${server.url}/register`,
  }
  await inFolder(async (folder) => {
    const bare = await startBareServer(server, folder, team)
    try {
      const get = (url: string, forSeconds = seconds) =>
        getRepeatedly(url, { clients: CLIENTS, seconds: forSeconds }).then(({ perSecond }) => perSecond)
      const urls = [bare.url, ...Object.values(addresses)]
      for (const url of urls) await get(url, WARM_UP_SECONDS)
      const [select, ...pages] = await alternate(
        rounds,
        urls.map((url) => () => get(url)),
      )
      tell('bare SELECT', spread(figureOf(select!), '/s'))
      for (const [index, name] of Object.keys(addresses).entries()) {
        tell(name, spread(figureOf(pages[index]!), '/s'))
        hold(`${name}, beside a bare SELECT`, ratios(pages[index]!, select!).median, { least: TARGET })
      }
    } finally {
      await bare.stop()
    }
  })
}

async function startBareServer(server: RunningServer, folder: string, team: string): Promise<RunningServer> {
  const program = join(folder, 'bare')
  const source = join(import.meta.dir, 'bare-server.ts')
  await capture([process.execPath, 'build', '--compile', ...BUILD_FLAGS, source, '--outfile', program], {
    NODE_ENV: 'production',
  })
  return startServer([program], folder, { CONNECTION: JSON.stringify(server.connection()), TEAM: team })
}

async function findTeamInTheMiddle(server: RunningServer): Promise<string> {
  const sql = postgres({ ...server.connection(), max: 1 })
  try {
    const [team] = await sql`select id from teams where state = 'approved' order by number offset ${TEAMS / 2} limit 1`
    return team!.id
  } finally {
    await sql.end()
  }
}
