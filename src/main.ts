import { audit } from './commands/audit.ts'
import { config, type GivenFlags, givenFlags, usableConfig } from './commands/config.ts'
import { erase } from './commands/erase.ts'
import { files } from './commands/files.ts'
import { healthcheck } from './commands/healthcheck.ts'
import { help } from './commands/help.ts'
import { licenses } from './commands/licenses.ts'
import { openContext } from './commands/open-context.ts'
import { seed } from './commands/seed.ts'
import { serve } from './commands/serve.ts'
import { staff } from './commands/staff.ts'
import { version } from './commands/version.ts'
import { type Config, ConfigError } from './config.ts'
import { type LogSettings, openLog } from './lib/log.ts'
import { stackOf } from './lib/log-mask.ts'
import { StartError } from './lib/start-error.ts'

/** EX_USAGE of sysexits.h. */
const EXIT_USAGE = 64
/** A server told to stop does not wait longer for whoever reads what it printed. */
const PRINTED_TIMEOUT_MS = 1000
const print = (line: string) => void process.stdout.write(`${line}\n`)
const complain = (line: string) => void process.stderr.write(`${line}\n`)

process.umask(0o077)
// Whoever read what is printed may go; that ends nothing.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
let isServer = false
process.exitCode = await run(process.argv.slice(2)).catch(explain)
const printed = new Promise<void>((written) => process.stdout.end(written))
await (isServer ? Promise.race([printed, Bun.sleep(PRINTED_TIMEOUT_MS)]) : printed)
// Nothing is left to do, whatever a library still keeps open.
process.exit()

/** One command; without a name, `serve`. Returns the exit code. */
async function run(argv: string[]): Promise<number> {
  const named = argv[0] !== undefined && !argv[0].startsWith('-')
  const command = argv.some((arg) => arg === '--help' || arg === '-h') ? 'help' : named ? argv[0]! : 'serve'
  const rest = named ? argv.slice(1) : argv
  switch (command) {
    case 'serve': {
      isServer = true
      const { config, warnings } = usableConfig(process.env, givenFlags(rest), complain)
      const { log, end } = await openLog(logSettings(config))
      for (const warning of warnings) {
        complain(`Warning: ${warning}`)
        log.warn({ warning }, 'config.warned')
      }
      return await serve(config, log, print).finally(end)
    }
    case 'staff':
      return await staff(rest, {
        open: async (values) => openContext(configFrom({ values, problems: [] }), await quietLog(), { serving: false }),
        readInput: () => Bun.stdin.text(),
        print,
        complain,
      })
    case 'erase':
      return await erase(rest, {
        open: async (values) => openContext(configFrom({ values, problems: [] }), await quietLog(), { serving: false }),
        print,
        complain,
      })
    case 'audit':
      return await audit(rest, {
        open: async (values) => openContext(configFrom({ values, problems: [] }), await quietLog(), { serving: false }),
        print,
        complain,
      })
    case 'seed': {
      const { ctx, close } = await openContext(configFrom(givenFlags(rest)), await quietLog(), { serving: false })
      return await seed(ctx, print).finally(close)
    }
    case 'files':
      return await files(rest, {
        open: async (values) => openContext(configFrom({ values, problems: [] }), await quietLog(), { serving: false }),
        print,
        complain,
      })
    case 'config':
      return config(rest, { env: process.env, print, complain })
    case 'healthcheck':
      return await healthcheck(usableConfig(process.env, givenFlags(rest), complain).config, print)
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

/** The configuration; what is not wise in it is told on the console. Throws ConfigError, StartError. */
function configFrom(flags: GivenFlags): Config {
  const { config, warnings } = usableConfig(process.env, flags, complain)
  for (const warning of warnings) complain(`Warning: ${warning}`)
  return config
}

function logSettings(config: Config): LogSettings {
  const isTerminal = process.stdout.isTTY
  const file = config.logFile && { path: config.logFile, maxMegabytes: config.logFileSize, count: config.logFileCount }
  const hasColour = isTerminal && !process.env.NO_COLOR
  return { level: config.logLevel, format: config.logFormat, isTerminal, hasColour, file: file || undefined }
}

/** Of commands that print what they have to say themselves. */
async function quietLog() {
  return (await openLog({ level: 'warn' })).log
}

function explain(error: unknown): number {
  if (error instanceof ConfigError || error instanceof StartError) {
    complain(error.message)
    return error.exitCode
  }
  complain(stackOf(error))
  return 1
}
