/**
 * `bun run dev`: the product from source on http://127.0.0.1:3000, filled with invented people, started anew whenever a file changes.
 * Its data lies in ./data/development; delete that to begin again.
 */
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bun, CommandFailed, install, main, ROOT } from './steps.ts'

const DATA = join(ROOT, 'data/development')
/** How to sign in, as `seed` told it. */
const PEOPLE = join(DATA, 'people.txt')
const WATCHED = ['src', 'views', 'messages', 'public', 'drizzle']
/** What the watched folders' own builds write. */
const BUILT = /^messages\/compiled/
/** Editors write a file in several steps. */
const CALM_MS = 150
const PACK_LEVEL = 9
const ENVIRONMENT = { ENVIRONMENT: 'development', ENABLE_RATE_LIMITING: 'false', DATA_DIR: DATA }

async function dev(flags: readonly string[]): Promise<number> {
  await install()
  await make(['messages', 'public'])
  const { packPostgres } = await import('./pack-postgres.ts')
  await packPostgres({ level: PACK_LEVEL })
  if (!existsSync(PEOPLE)) await fill()
  console.log(readFileSync(PEOPLE, 'utf8'))

  let server = serve(flags)
  onChange(async (changed) => {
    server.kill('SIGTERM')
    await Promise.all([server.exited, make(changed)])
    server = serve(flags)
  })
  await new Promise((told) => process.once('SIGINT', told).once('SIGTERM', told))
  server.kill('SIGTERM')
  await server.exited
  return 0
}

/** In a process group of its own: Ctrl-C reaches us, and we tell it once. */
const serve = (flags: readonly string[]) =>
  Bun.spawn([process.execPath, 'src/main.ts', 'serve', ...flags], {
    cwd: ROOT,
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  })

async function fill(): Promise<void> {
  mkdirSync(DATA, { recursive: true, mode: 0o711 })
  const child = Bun.spawn([process.execPath, 'src/main.ts', 'seed'], {
    cwd: ROOT,
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const told = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new CommandFailed(['teamsheet', 'seed'], child.exitCode ?? 1)
  writeFileSync(PEOPLE, told, { mode: 0o600 })
}

/** Compiles what the server does not read as it is. A mistake is told, and the last that could be made stays. */
async function make(changed: readonly string[]): Promise<void> {
  const scripts = [
    ...(changed.includes('messages') ? ['scripts/messages.ts'] : []),
    ...(changed.includes('public') || changed.includes('views') ? ['scripts/assets.ts'] : []),
  ]
  for (const script of scripts) await bun([script], { isQuiet: true }).catch((error) => console.error(error.message))
}

/** Does the work, one at a time, with the watched folders in which something changed, once it has been calm for a moment. */
function onChange(work: (changed: readonly string[]) => Promise<void>): void {
  let changed = new Set<string>()
  let timer: Timer | undefined
  let working = Promise.resolve()
  const begin = () => {
    const folders = [...changed]
    changed = new Set()
    working = working.then(() => work(folders))
  }
  for (const folder of WATCHED) {
    watch(join(ROOT, folder), { recursive: true }, (_, name) => {
      if (BUILT.test(`${folder}/${name}`)) return
      changed.add(folder)
      clearTimeout(timer)
      timer = setTimeout(begin, CALM_MS)
    })
  }
}

await main(() => dev(process.argv.slice(2)))
