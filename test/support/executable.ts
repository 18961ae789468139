import { copyFileSync, existsSync, linkSync } from 'node:fs'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { connectionsTo } from '#src/db/embedded/connection.ts'
import { makeFolder, postmasterOf } from '#test/db/embedded/processes.ts'
import { build, EXECUTABLE, isBuilt } from '../../scripts/build.ts'
import { keepLog } from './run-log.ts'

const READY_TIMEOUT_MS = 30_000
const POLL_MS = 5
/** All that a stranger's shell would have. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin' }
const READY = /^Teamsheet is ready at (\S+)$/m
let built: Promise<void> | undefined
const children = new Set<Bun.Subprocess>()

type RunOptions = { cwd?: string; env?: Record<string, string> }

export type Executable = {
  /** As it printed it. */
  url: string
  pid: number
  folder: string
  dataDir: string
  /** Milliseconds from its start to its first line that it is ready. */
  readyMs: number
  /** Everything it printed so far, to both outputs. */
  output(): string
  postgresPid(): number
  /** Its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>
  kill9(): Promise<void>
  exited: Promise<number>
}

/** A new folder with the executable in it and nothing else; it lasts until `cleanUp` of test/db/embedded/processes.ts. */
export async function emptyFolder(options: Parameters<typeof makeFolder>[0] = {}): Promise<string> {
  built ??= isBuilt().then((isDone) => (isDone ? undefined : build({ isQuick: true })))
  await built
  const folder = makeFolder(options)
  try {
    linkSync(EXECUTABLE, join(folder, 'teamsheet'))
  } catch {
    // Temporary files may be on another disk.
    copyFileSync(EXECUTABLE, join(folder, 'teamsheet'))
  }
  return folder
}

/** Starts the server and waits until it says that it is ready. Throws with what it printed when it ends instead. */
export async function startExecutable(
  options: RunOptions & { args?: string[]; port?: number; readyTimeoutMs?: number } = {},
): Promise<Executable> {
  const { args = [], env = {}, port = 0, readyTimeoutMs = READY_TIMEOUT_MS } = options
  const folder = options.cwd ?? (await emptyFolder())
  const startedAt = performance.now()
  const child = spawn(folder, ['serve', '--port', String(port), ...args], env)
  const { output, ended } = collect(child)
  const exited = ended.then(() => child.exited)
  const server = {
    pid: child.pid,
    folder,
    dataDir: join(folder, 'data'),
    output,
    exited,
    postgresPid: () => postmasterOf(join(folder, 'data')),
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      child.kill(signal)
      return await exited
    },
    async kill9() {
      child.kill('SIGKILL')
      await exited
    },
  }
  for (const end = Date.now() + readyTimeoutMs; Date.now() < end; await Bun.sleep(POLL_MS)) {
    const isOver = child.exitCode !== null || child.signalCode !== null
    const url = READY.exec(output())?.[1]
    if (url) return { ...server, url, readyMs: performance.now() - startedAt }
    if (isOver) break
  }
  child.kill('SIGKILL')
  throw new Error(`The executable did not become ready. It said:\n${output()}`)
}

export type Run = { exitCode: number; stdout: string; stderr: string }

/** Runs a command to its end. */
export async function runExecutable(
  args: readonly string[],
  { cwd, env = {}, input = '' }: RunOptions & { input?: string } = {},
): Promise<Run> {
  const child = spawn(cwd ?? (await emptyFolder()), args, env, input)
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { exitCode, stdout, stderr }
}

/** A connection to the database of a data directory; the caller ends it. */
export async function openData(dataDir: string): Promise<Sql> {
  const password = await Bun.file(join(dataDir, 'postgres/password')).text()
  const { connection } = connectionsTo(join(dataDir, 'postgres/run'), password)
  return postgres({ ...connection, max: 1, onnotice() {} })
}

/** Ends what still runs; the folders are for `cleanUp`. */
export function endExecutables(): void {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
}

export const isRunning = (pid: number) => existsSync(`/proc/${pid}/cwd`)

function spawn(folder: string, args: readonly string[], env: Record<string, string>, input = '') {
  const child = Bun.spawn([join(folder, 'teamsheet'), ...args], {
    cwd: folder,
    env: { ...ENVIRONMENT, ...env },
    stdio: [new Blob([input]), 'pipe', 'pipe'],
  })
  children.add(child)
  void child.exited.then(() => children.delete(child))
  return child
}

/** What it says, as it comes; `ended` when there will be no more. */
function collect(child: ReturnType<typeof spawn>) {
  let text = ''
  const ends = [child.stdout, child.stderr].map(async (stream) => {
    const decoder = new TextDecoder()
    for await (const bytes of stream) text += decoder.decode(bytes, { stream: true })
  })
  return { output: () => text, ended: Promise.all(ends).then(() => keepLog(text)) }
}
