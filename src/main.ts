import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { healthcheck } from './commands/healthcheck.ts'
import { help } from './commands/help.ts'
import { licenses } from './commands/licenses.ts'
import { openContext } from './commands/open-context.ts'
import { seed } from './commands/seed.ts'
import { serve } from './commands/serve.ts'
import { staff } from './commands/staff.ts'
import { version } from './commands/version.ts'
import { ConfigError, readConfig, SETTINGS } from './config.ts'
import { makeLog } from './lib/log.ts'
import { StartError } from './lib/start-error.ts'

/** EX_USAGE of sysexits.h. */
const EXIT_USAGE = 64
const print = (line: string) => void process.stdout.write(`${line}\n`)
const complain = (line: string) => void process.stderr.write(`${line}\n`)

process.umask(0o077)
process.exitCode = await run(process.argv.slice(2)).catch(explain)
await new Promise<void>((written) => process.stdout.end(written))
// Nothing is left to do, whatever a library still keeps open.
process.exit()

/** One command; without a name, `serve`. Returns the exit code. */
async function run(argv: string[]): Promise<number> {
  const named = argv[0] !== undefined && !argv[0].startsWith('-')
  const command = named ? argv[0]! : argv.some((arg) => arg === '--help' || arg === '-h') ? 'help' : 'serve'
  const rest = named ? argv.slice(1) : argv
  switch (command) {
    case 'serve': {
      const config = configFrom(rest)
      const log = makeLog({ level: config.logLevel, file: config.logFile })
      return await serve(config, log, print)
    }
    case 'staff':
      return await staff(rest, {
        open: (flags) =>
          openContext(readConfig(process.env, flags, readText), makeLog({ level: 'warn' }), { serving: false }),
        readInput: () => Bun.stdin.text(),
        print,
        complain,
      })
    case 'seed': {
      const { ctx, close } = await openContext(configFrom(rest), makeLog({ level: 'warn' }), { serving: false })
      return await seed(ctx, print).finally(close)
    }
    case 'healthcheck':
      return await healthcheck(configFrom(rest), print)
    case 'version':
      return version(rest, print)
    case 'licenses':
      return await licenses(print)
    case 'help':
      return help(print)
    default:
      complain(`There is no command "${command}". "teamsheet help" lists those there are.`)
      return EXIT_USAGE
  }
}

function configFrom(argv: string[]) {
  const options = Object.fromEntries(
    Object.values(SETTINGS).flatMap((setting) =>
      'flag' in setting
        ? [[setting.flag, { type: setting.schema.type === 'boolean' ? ('boolean' as const) : ('string' as const) }]]
        : [],
    ),
  )
  try {
    const { values } = parseArgs({ args: argv, options, strict: true, allowPositionals: false })
    const flags = Object.fromEntries(Object.entries(values).map(([flag, value]) => [flag, String(value)]))
    return readConfig(process.env, flags, readText)
  } catch (error) {
    if (error instanceof TypeError)
      throw new StartError(`${error.message.replace(/\.?$/, '.')} "teamsheet help" lists what there is.`, {
        exitCode: EXIT_USAGE,
      })
    throw error
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}

function explain(error: unknown): number {
  if (error instanceof ConfigError || error instanceof StartError) {
    complain(error.message)
    return error.exitCode
  }
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}
