import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectionsTo, type EmbeddedConnection } from '#src/db/embedded/connection.ts'
import { layoutOf } from '#src/db/embedded/layout.ts'
import { readPostmasterFile } from '#src/db/embedded/postmaster-file.ts'

const ROOT = join(import.meta.dir, '..')
const EXECUTABLE = join(ROOT, 'dist/teamsheet')
const READY_TIMEOUT_MS = 60_000
const READY_POLL_MS = 1
const STOP_TIMEOUT_MS = 20_000

/** How the product is run: the executable, or the sources where nothing was built. */
export type Product = { command: string[]; isBuilt: boolean }

export async function findProduct(): Promise<Product> {
  const isBuilt = await Bun.file(EXECUTABLE).exists()
  return { command: isBuilt ? [EXECUTABLE] : [process.execPath, join(ROOT, 'src/main.ts')], isBuilt }
}

export type RunningServer = {
  url: string
  pid: number
  /** From the start of the process to the end of its first page. */
  firstPageMs: number
  /** Its embedded PostgreSQL. */
  connection(): EmbeddedConnection
  /** Of the first process of PostgreSQL. */
  postgresPid(): number
  stop(): Promise<void>
}

/** Starts the product with its limits off on a free port, and waits for its first page. `folder` keeps its data and its log. */
export function startProduct(
  product: Product,
  folder: string,
  more: Record<string, string> = {},
): Promise<RunningServer> {
  const settings = { ...more, ENABLE_RATE_LIMITING: 'false', TOURNAMENT_PRESET: 'open', DATA_DIR: join(folder, 'data') }
  return startServer(product.command, folder, settings)
}

/** Starts a server that takes its port from PORT and tells of itself on `/`. Throws when it ends, or does not answer in time. */
export async function startServer(
  command: readonly string[],
  folder: string,
  settings: Record<string, string>,
): Promise<RunningServer> {
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const log = join(folder, 'server.log')
  const startedAt = performance.now()
  const child = Bun.spawn([...command], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', PORT: String(port), ...settings },
    stdio: ['ignore', Bun.file(log), Bun.file(join(folder, 'server.err'))],
  })
  const end = startedAt + READY_TIMEOUT_MS
  while (!(await answers(url))) {
    if (child.exitCode !== null || performance.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`${command[0]} does not answer: ${readFileSync(join(folder, 'server.err'), 'utf8')}`)
    }
    await Bun.sleep(READY_POLL_MS)
  }
  const firstPageMs = performance.now() - startedAt
  const layout = layoutOf(join(folder, 'data'), '')
  const postmaster = () => readPostmasterFile(layout.cluster)!
  return {
    url,
    pid: child.pid,
    firstPageMs,
    connection: () => connectionsTo(postmaster().socketDirectory!, readFileSync(layout.password, 'utf8')).connection,
    postgresPid: () => postmaster().pid,
    async stop() {
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await child.exited
      clearTimeout(killer)
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual' })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}
