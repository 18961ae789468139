import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { healthcheck } from '#src/commands/healthcheck.ts'
import { openContext } from '#src/commands/open-context.ts'
import { serve } from '#src/commands/serve.ts'
import { readConfig } from '#src/config.ts'
import { listProcesses } from '#src/db/embedded/leftovers.ts'
import { cleanUp, clusterOf, makeDataDir, until } from '#test/db/embedded/processes.ts'

const EVENTS = ['SIGINT', 'SIGTERM', 'unhandledRejection', 'uncaughtException'] as const
const READY = /^Teamsheet is ready at http:\/\/127\.0\.0\.1:(\d+)$/m

setDefaultTimeout(60_000)
afterAll(cleanUp)

// The command listens for the end of its process, which here is that of the tests.
let listened: Map<string, unknown[]>
beforeEach(() => {
  listened = new Map(EVENTS.map((event) => [event, process.listeners(event as 'SIGINT')]))
})
afterEach(() => {
  for (const event of EVENTS)
    for (const listener of process.listeners(event as 'SIGINT'))
      if (!listened.get(event)!.includes(listener)) process.off(event, listener)
})

type Served = { port: string; dataDir: string; printed: string[]; logged: string[]; exited: Promise<number> }

async function start(settings: Record<string, string> = {}): Promise<Served> {
  const dataDir = settings.DATA_DIR ?? (await makeDataDir())
  const [printed, logged]: string[][] = [[], []]
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, TOURNAMENT_PRESET: 'open', ...settings }, {}, () => '')
  const log = pino({ messageKey: 'event' }, { write: (line: string) => void logged!.push(line) })
  const exited = serve(config, log, (line) => void printed!.push(line))
  await Promise.race([exited, until(() => logged!.some((line) => line.includes('server.started')))])
  const port = READY.exec(printed!.join('\n'))?.[1] ?? ''
  return { port, dataDir, printed: printed!, logged: logged!, exited }
}

test('the server starts its database, serves, and stops in order', async () => {
  const server = await start()
  expect(server.printed[1]).toMatch(
    /^Nobody owns it yet\. Within 30 minutes, open http:\/\/127\.0\.0\.1:\d+\/setup\/\S+ /,
  )
  expect((await fetch(`http://127.0.0.1:${server.port}/readyz`)).status).toBe(200)
  expect(existsSync(join(server.dataDir, 'secret-key'))).toBe(true)
  process.emit('SIGTERM', 'SIGTERM')
  expect(await server.exited).toBe(0)
  expect(listProcesses(clusterOf(server.dataDir))).toEqual([])
  await expect(fetch(`http://127.0.0.1:${server.port}/readyz`)).rejects.toThrow()
})

test('a failure that nobody caught is logged, and stops it in order with an exit code that tells', async () => {
  const server = await start()
  process.emit('uncaughtException', new Error('a wheel came off'), 'uncaughtException')
  expect(await server.exited).toBe(1)
  expect(server.logged.join('')).toContain('a wheel came off')
  expect(listProcesses(clusterOf(server.dataDir))).toEqual([])
})

test('with PUBLIC_URL it prints that address', async () => {
  const server = await start({ PUBLIC_URL: 'https://cup.example.org/' })
  expect(server.printed[0]).toBe('Teamsheet is ready at https://cup.example.org')
  process.emit('SIGINT', 'SIGINT')
  expect(await server.exited).toBe(0)
})

test('listening on every address it prints those of the machine', async () => {
  const server = await start({ HOST: '0.0.0.0' })
  expect(server.printed[0]).toMatch(/^Teamsheet is ready at http:\/\/\d+\.\d+\.\d+\.\d+:\d+$/)
  process.emit('SIGTERM', 'SIGTERM')
  expect(await server.exited).toBe(0)
})

test('a port in use is a sentence, and the database does not stay behind', async () => {
  const server = await start()
  const dataDir = await makeDataDir()
  await expect(start({ PORT: server.port, DATA_DIR: dataDir })).rejects.toThrow(
    `Port ${server.port} on 127.0.0.1 is in use. Choose another with --port.`,
  )
  expect(listProcesses(clusterOf(dataDir))).toEqual([])
  process.emit('SIGTERM', 'SIGTERM')
  expect(await server.exited).toBe(0)
})

test('the health check asks the server that the settings name', async () => {
  const server = await start()
  const ask = async (settings: Record<string, string>) => {
    const printed: string[] = []
    const exitCode = await healthcheck(
      readConfig(settings, {}, () => ''),
      (line) => void printed.push(line),
    )
    return { exitCode, printed }
  }
  const ready = await ask({ PORT: server.port, HOST: '0.0.0.0' })
  expect([ready.exitCode, JSON.parse(ready.printed[0]!)]).toEqual([0, expect.objectContaining({ status: 'ready' })])
  process.emit('SIGTERM', 'SIGTERM')
  await server.exited
  const gone = await ask({ PORT: server.port })
  expect([gone.exitCode, gone.printed[0]]).toEqual([1, expect.stringMatching(/ does not answer: /)])
})

test('another secret key than the one the database was made with is refused with a sentence', async () => {
  const dataDir = await makeDataDir()
  const open = (SECRET_KEY: string) =>
    openContext(
      readConfig({ DATA_DIR: dataDir, SECRET_KEY }, {}, () => ''),
      pino({ level: 'silent' }),
      { serving: false },
    )
  const { close } = await open('the first key that this server is given')
  await close()
  await expect(open('another key that nobody has seen before')).rejects.toThrow('SECRET_KEY is not the one')
  expect(listProcesses(clusterOf(dataDir))).toEqual([])
})
