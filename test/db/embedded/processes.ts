import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { listProcesses } from '#src/db/embedded/leftovers.ts'
import { findPack } from '#src/db/embedded/pack.ts'
import { unpack } from '#src/db/embedded/unpack.ts'
import { packPostgres } from '../../../scripts/pack-postgres.ts'

const PACK_LEVEL = 9
const EVENT_TIMEOUT_MS = 20_000
/** As the executable is built, in scripts/build.ts. */
const BUILD_FLAGS = [
  ...['--compile', '--minify-whitespace', '--minify-syntax', '--bytecode', '--format=esm'],
  ...['--define', 'process.env.NODE_ENV="production"', '--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'],
]

type Event = { event: string; [field: string]: unknown }

export type Program = {
  pid: number
  /** The next line of that name it says, earlier ones included; rejects when it ends without. */
  says(event: string): Promise<Event>
  kill(signal: NodeJS.Signals): void
  exited: Promise<number>
}

const folders: string[] = []
const children: Bun.Subprocess[] = []
let built: Promise<string> | undefined
let unpacked: Promise<string> | undefined

/**
 * A folder that lasts as long as a test file, `<tmp>/teamsheet-embedded-…/<name>`.
 *
 * @param options mode of the folder (711: others may pass), and a user to give it to
 */
export function makeFolder(options: { name?: string; mode?: number; uid?: number } = {}): string {
  const { name = 'home', mode = 0o711, uid } = options
  const parent = mkdtempSync(join(tmpdir(), 'teamsheet-embedded-'))
  folders.push(parent)
  chmodSync(parent, 0o711)
  const folder = join(parent, name)
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, mode)
  if (uid !== undefined) chownSync(folder, uid, uid)
  return folder
}

/** A data directory for one test, with the programs unpacked already, for those that are not about that. */
export async function makeDataDir(): Promise<string> {
  unpacked ??= unpackRuntime()
  const dataDir = join(makeFolder(), 'data')
  mkdirSync(join(dataDir, 'postgres'), { recursive: true })
  for (const folder of [dataDir, join(dataDir, 'postgres')]) chmodSync(folder, 0o711)
  symlinkSync(await unpacked, join(dataDir, 'postgres', findPack().release))
  return dataDir
}

async function unpackRuntime(): Promise<string> {
  const path = await packForTests()
  const into = join(makeFolder(), 'runtime')
  await unpack(path, { runtime: { into, modeMask: 0o755 } })
  return into
}

/** Starts test/db/embedded/program.ts, compiled once, as a process of its own. */
export async function runProgram(
  role: 'serve' | 'command' | 'leave',
  dataDir: string,
  options: { uid?: number; env?: Record<string, string> } = {},
): Promise<Program> {
  built ??= buildProgram()
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }
  const child = Bun.spawn([await built, role, dataDir], {
    ...identity,
    env: options.env ?? { PATH: '/usr/bin:/bin' },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const events: Event[] = []
  const ended = collect(child.stdout, events)
  return {
    pid: child.pid,
    exited: child.exited,
    kill: (signal) => child.kill(signal),
    async says(event) {
      let over = false
      void ended.then(() => {
        over = true
      })
      for (const end = Date.now() + EVENT_TIMEOUT_MS; Date.now() < end; await Bun.sleep(5)) {
        const isOver = over
        const at = events.findIndex((said) => said.event === event)
        if (at >= 0) return events.splice(at, 1)[0]!
        if (isOver) break
      }
      throw new Error(`It did not say ${event}, but ${JSON.stringify(events)}`)
    },
  }
}

export const clusterOf = (dataDir: string) => join(dataDir, 'postgres/cluster')

/** Process id of the PostgreSQL that has the data directory. */
export function postmasterOf(dataDir: string): number {
  return Number(readFileSync(join(clusterOf(dataDir), 'postmaster.pid'), 'utf8').split('\n')[0])
}

/** Resolves once the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + EVENT_TIMEOUT_MS; Date.now() < end; await Bun.sleep(5)) if (condition()) return
  throw new Error('It did not come to that.')
}

/** Ends every process the tests left and removes their folders. */
export function cleanUp(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) {
    for (const dataDir of new Bun.Glob('**/postgres/cluster/PG_VERSION').scanSync({ cwd: folder, absolute: true })) {
      for (const pid of listProcesses(dirname(dataDir))) kill(pid)
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  built = undefined
  unpacked = undefined
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

async function collect(stdout: ReadableStream<Uint8Array>, events: Event[]) {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of stdout) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) events.push(JSON.parse(line) as Event)
  }
}

/** Where the packed PostgreSQL lies; made if it is not there. */
export const packForTests = () => packPostgres({ level: PACK_LEVEL })

async function buildProgram(): Promise<string> {
  const pack = await packForTests()
  // A user without any rights here runs it too.
  const program = join(makeFolder({ mode: 0o755 }), 'program')
  const source = join(import.meta.dir, 'program.ts')
  const command = [process.execPath, 'build', ...BUILD_FLAGS, '--asset', pack, source, '--outfile', program]
  const build = Bun.spawn(command, { stdio: ['ignore', 'ignore', 'inherit'] })
  if ((await build.exited) !== 0) throw new Error('The program was not built.')
  return program
}
