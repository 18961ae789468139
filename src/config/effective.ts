import type { Config } from '#src/config.ts'
import { readSettings, type Source } from './read.ts'
import type { Table } from './setting.ts'
import { checkWhole } from './whole.ts'

type Texts = Readonly<Record<string, string | undefined>>
export type Machine = {
  /** Of its network interfaces. */
  addresses: readonly string[]
  /** Whether anybody on it may read the file. */
  isOpenToOthers: (path: string) => boolean
}
export type EffectiveConfig = {
  config: Config
  /** By the setting's name. */
  sources: Readonly<Record<string, Source>>
  problems: string[]
  warnings: string[]
}

const NO_MACHINE: Machine = { addresses: [], isOpenToOthers: () => false }

/**
 * The configuration that the table makes of what is given: flags win over the environment, that over the configuration file, that over
 * the default. With a problem, a sentence each, it is not to be used; a warning hinders nothing.
 *
 * @param readText reads the files that are named; throws an Error that says in a few words why it cannot
 */
export function readEffective(
  table: Table,
  env: Texts,
  flags: Texts,
  readText: (path: string) => string,
  { addresses, isOpenToOthers }: Machine = NO_MACHINE,
): EffectiveConfig {
  const { values, sources, wrong, problems, warnings } = readSettings(table, { env, flags, readText, isOpenToOthers })
  const config = Object.freeze(
    Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value])),
  ) as Config
  // Without these two nobody knows whether it is to be reached in clear.
  const isKnown = !wrong.has('public_url') && !wrong.has('allow_http')
  const whole = checkWhole(config, isKnown ? addresses : undefined)
  return {
    config,
    sources,
    problems: [...new Set([...problems, ...whole.problems])],
    warnings: [...new Set([...warnings, ...whole.warnings])],
  }
}

export const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
