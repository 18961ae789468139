import { networkInterfaces } from 'node:os'
import { camelCase, type EffectiveConfig } from '#src/config/effective.ts'
import { exampleFile } from '#src/config/example.ts'
import { isOpenToOthers, readTextFile } from '#src/config/file.ts'
import { readFlags } from '#src/config/flags.ts'
import type { Setting } from '#src/config/setting.ts'
import { ConfigError, readEffectiveConfig, SETTINGS } from '#src/config.ts'
import { StartError } from '#src/lib/start-error.ts'

/** EX_USAGE and EX_CONFIG of sysexits.h. */
const EXIT_USAGE = 64
const EXIT_CONFIG = 78
const SWITCHES = ['json', 'example']
const HEADINGS = ['SETTING', 'VALUE', 'FROM']

type Texts = Readonly<Record<string, string | undefined>>
/** Flags as they were given: what is right of them, and what is wrong. */
export type GivenFlags = { values: Texts; problems: readonly string[] }
type ConfigCommandTools = { env: Texts; print(line: string): void; complain(line: string): void }

/** Reads a command's flags, with `switches` of its own. Throws StartError with everything that is wrong with them. */
export function flagsOf(args: readonly string[], switches: readonly string[] = []): Record<string, string> {
  const { values, problems } = readFlags(SETTINGS, args, switches)
  if (problems.length === 0) return values
  throw new StartError(usageOf(problems), { exitCode: EXIT_USAGE })
}

export const givenFlags = (args: readonly string[]): GivenFlags => readFlags(SETTINGS, args)

/**
 * The configuration that holds on this machine. Where it is not to be used everything is told at once: complaints about what has no
 * effect, then ConfigError, or StartError where flags are wrong, with every problem.
 */
export function usableConfig(env: Texts, flags: GivenFlags, complain: (line: string) => void): EffectiveConfig {
  const effective = configOfMachine(env, flags.values)
  if (flags.problems.length === 0 && effective.problems.length === 0) return effective
  // A misspelt name is often why another setting is wrong or missing.
  for (const warning of effective.warnings) complain(`Warning: ${warning}`)
  if (flags.problems.length === 0) throw new ConfigError(effective.problems)
  throw new StartError([usageOf(flags.problems), ...effective.problems].join('\n'), { exitCode: EXIT_USAGE })
}

const usageOf = (problems: readonly string[]) => [...problems, '"teamsheet help" lists what there is.'].join(' ')

/** The configuration that holds on this machine. */
export function configOfMachine(env: Texts, flags: Texts): EffectiveConfig {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
  return readEffectiveConfig(env, flags, readTextFile, { addresses, isOpenToOthers })
}

/**
 * Prints the effective value of every setting and where it comes from, secrets hidden, and what is wrong or not wise; `--json` prints
 * the same for programs, `--example` a settings file to begin with. Returns 0, or 78 where the server would refuse to start.
 */
export function config(args: readonly string[], { env, print, complain }: ConfigCommandTools): number {
  const { json, example, ...flags } = flagsOf(args, SWITCHES)
  if (example === 'true') {
    print(exampleFile(SETTINGS).trimEnd())
    return 0
  }
  const effective = configOfMachine(env, flags)
  const exitCode = effective.problems.length > 0 ? EXIT_CONFIG : 0
  if (json === 'true') {
    print(JSON.stringify(forPrograms(effective), null, 2))
    return exitCode
  }
  for (const line of table(effective)) print(line)
  for (const warning of effective.warnings) complain(`Warning: ${warning}`)
  for (const problem of effective.problems) complain(problem)
  return exitCode
}

function forPrograms(effective: EffectiveConfig): object {
  const settings = rowsOf(effective).map(({ name, value, setting, source }) => [
    name,
    {
      ...(setting.secret ? { isSet: value !== undefined } : { value: value ?? null }),
      source: source.kind,
      from: source.from,
    },
  ])
  return { settings: Object.fromEntries(settings), warnings: effective.warnings, problems: effective.problems }
}

function table(effective: EffectiveConfig): string[] {
  const rows = [HEADINGS, ...rowsOf(effective).map((row) => [row.name, shown(row), row.source.from])]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}

type Row = { name: string; value: unknown; setting: Setting; source: EffectiveConfig['sources'][string] }

const rowsOf = ({ config, sources }: EffectiveConfig): Row[] =>
  Object.entries<Setting>(SETTINGS).map(([name, setting]) => ({
    name: name.toUpperCase(),
    value: config[camelCase(name) as keyof typeof config],
    setting,
    source: sources[name]!,
  }))

function shown({ value, setting }: Row): string {
  if (setting.secret) return value === undefined ? 'not set' : 'set'
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '-'
  return Array.isArray(value) ? value.join(', ') : String(value)
}
