/** `bun run start [flags]`: installs and builds what is missing or older than its sources, then runs the product; its data lies in ./data. */
import { build, EXECUTABLE, isBuilt } from './build.ts'
import { install, main, ROOT } from './steps.ts'

/** How a shell tells of a program that a signal ended: 128 and the signal's number. */
const ENDED_BY_SIGNAL = 128

async function start(flags: readonly string[]): Promise<number> {
  await install()
  if (!(await isBuilt())) await build({ isQuick: true })
  const server = Bun.spawn([EXECUTABLE, 'serve', ...flags], { cwd: ROOT, stdio: ['inherit', 'inherit', 'inherit'] })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal))
  await server.exited
  return server.exitCode ?? ENDED_BY_SIGNAL
}

await main(() => start(process.argv.slice(2)))
