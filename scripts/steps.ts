/** What the commands of package.json share: one step after the other, each told of. Imports nothing that would have to be installed. */
import { join } from 'node:path'

export const ROOT = join(import.meta.dir, '..')

/** A command of ours that ended with something else than 0; it has said why. */
export class CommandFailed extends Error {
  constructor(
    command: readonly string[],
    readonly exitCode: number,
  ) {
    const shown = command.map((part) => (part === process.execPath ? 'bun' : part))
    super(`"${shown.join(' ')}" ended with ${exitCode}.`)
    this.name = 'CommandFailed'
  }
}

/** Does the work under its title and tells how long it took; what it throws passes. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  console.log(`\n== ${title}`)
  const result = await work()
  console.log(`-- ${title}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  return result
}

type RunOptions = {
  env?: Record<string, string>
  /** Shows what it prints only when it fails. */
  isQuiet?: boolean
}

/** Runs Bun (this very one: it need not be on the PATH) in the project's folder. Throws CommandFailed. */
export const bun = (args: readonly string[], options: RunOptions = {}) => run([process.execPath, ...args], options)

/** Runs a program in the project's folder. Throws CommandFailed. */
export async function run(command: readonly string[], { env = {}, isQuiet = false }: RunOptions = {}): Promise<void> {
  const output = isQuiet ? 'pipe' : 'inherit'
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  })
  const texts = isQuiet ? [child.stdout, child.stderr].map((stream) => new Response(stream).text()) : []
  const exitCode = await child.exited
  if (exitCode === 0) return
  for (const text of texts) process.stderr.write(await text)
  throw new CommandFailed(command, exitCode)
}

/** What the lock file says, no more and no less; a moment's work when it is there already. */
export const install = () => bun(['install', '--frozen-lockfile'], { isQuiet: true })

/** Ends the process with the exit code of the work; what it throws ends it with 1 and is told in its own sentence. */
export async function main(work: () => Promise<number>): Promise<never> {
  const exitCode = await work().catch((error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : error}`)
    return 1
  })
  process.exit(exitCode)
}
