import { parseSettingsFile } from './file.ts'
import { misspeltInEnvironment, unknownInFile } from './misspelt.ts'
import { defaultOf, type EnvironmentName, type Setting, type Table } from './setting.ts'
import { readValue } from './value.ts'

type Texts = Readonly<Record<string, string | undefined>>

export type Given = {
  env: Texts
  /** By the flag's name, without dashes. */
  flags: Texts
  /** Reads the file that `NAME_FILE` or `CONFIG_FILE` names. Throws an Error whose message says why it cannot. */
  readText: (path: string) => string
  /** Whether anybody on the machine may read the file. */
  isOpenToOthers: (path: string) => boolean
}

export type SourceKind = 'flag' | 'environment' | 'file' | 'default'
/** Where a value comes from, as people would say it: `environment PORT_FILE`. */
export type Source = { kind: SourceKind; from: string }
export type Reading = {
  /** By the setting's name; the default where the given one is wrong. */
  values: Record<string, unknown>
  sources: Record<string, Source>
  /** Settings that were given wrongly. */
  wrong: Set<string>
  /** A sentence each; with any, nothing may be opened. */
  problems: string[]
  warnings: string[]
}

type Layer = { kind: SourceKind; label: string; values: Texts }
type Found = { written: string; source: Source }

/** Reads every setting of the table: flags win over the environment, that over the file, that over the default. */
export function readSettings(table: Table, given: Given): Reading {
  const reading: Reading = { values: {}, sources: {}, wrong: new Set(), problems: [], warnings: [] }
  const outer = [
    { kind: 'flag', label: 'flag', values: flagValues(table, given.flags) },
    { kind: 'environment', label: 'environment', values: given.env },
  ] as const satisfies Layer[]
  readOne('config_file', table, outer, given, reading)
  reading.warnings.push(...misspeltInEnvironment(table, given.env))
  const layers = [...outer, ...fileLayer(table, given, reading)]
  for (const name of Object.keys(table)) if (name !== 'config_file') readOne(name, table, layers, given, reading)
  const environment = (reading.values.environment ?? table.environment!.schema.default) as EnvironmentName
  for (const [name, setting] of Object.entries(table)) {
    if (name in reading.sources) continue
    reading.values[name] = defaultOf(setting, environment)
    const isOfEnvironment = setting.defaultIn?.[environment] !== undefined
    const from = isOfEnvironment ? `default in ${environment}` : 'default'
    reading.sources[name] = {
      kind: 'default',
      from: reading.wrong.has(name) ? `${from}, as what is given is wrong` : from,
    }
  }
  return reading
}

/** By the names of settings, as the environment has them. */
const flagValues = (table: Table, flags: Texts): Texts =>
  Object.fromEntries(
    Object.entries(table).map(([name, { flag }]) => [
      name.toUpperCase(),
      flag !== undefined && Object.hasOwn(flags, flag) ? flags[flag] : undefined,
    ]),
  )

/** None where no configuration file is named, or it cannot be read. */
function fileLayer(table: Table, { readText, isOpenToOthers }: Given, reading: Reading): Layer[] {
  const path = reading.values.config_file as string | undefined
  if (path === undefined) return []
  try {
    const { values, lines, problems } = parseSettingsFile(readText(path))
    reading.problems.push(...problems)
    reading.warnings.push(...unknownInFile(table, lines))
    if (lines.has('CONFIG_FILE')) reading.warnings.push('CONFIG_FILE in the configuration file has no effect.')
    if (holdsSecret(table, values) && isOpenToOthers(path))
      reading.warnings.push(
        `The configuration file holds secrets, and everybody on this machine may read it. Change that with "chmod o-r".`,
      )
    return [{ kind: 'file', label: 'configuration file', values }]
  } catch (error) {
    reading.problems.push(`The configuration file cannot be read${reasonOf(error)}.`)
    return []
  }
}

const holdsSecret = (table: Table, values: Texts) =>
  Object.entries(table).some(([name, setting]) => setting.secret && namesOf(name, setting).some((key) => values[key]))

/** Puts the value that the first of the layers gives into the reading, or what is wrong with it. */
function readOne(name: string, table: Table, layers: readonly Layer[], given: Given, reading: Reading): void {
  const setting = table[name]!
  for (const layer of layers) {
    const found = find(namesOf(name, setting), layer, given.readText)
    if (found === undefined) continue
    const read = 'problems' in found ? found : readValue(name.toUpperCase(), setting, found.written)
    if (!('problems' in found) && 'value' in read) {
      reading.values[name] = read.value
      reading.sources[name] = layer.kind === 'flag' ? { kind: 'flag', from: `flag --${setting.flag}` } : found.source
    } else {
      reading.wrong.add(name)
      if ('problems' in read) reading.problems.push(...read.problems)
    }
    return
  }
}

const namesOf = (name: string, { aliases = [] }: Setting) => [name.toUpperCase(), ...aliases]

/** What a layer gives for one of the names, or for `NAME_FILE`. What is empty counts as not given. */
function find(
  names: readonly string[],
  { kind, label, values }: Layer,
  readText: Given['readText'],
): Found | { problems: string[] } | undefined {
  const given = names.flatMap((name) => [name, `${name}_FILE`]).filter((key) => values[key]?.trim())
  const [key, other] = given
  if (key === undefined) return undefined
  if (other !== undefined && (values[other] !== values[key] || other.endsWith('_FILE')))
    return { problems: [`${key} and ${other} are both set; give one of them.`] }
  const source = { kind, from: `${label} ${key}` }
  if (names.includes(key)) return { written: values[key]!, source }
  try {
    const written = readText(values[key]!.trim()).replace(/(?:\r?\n)+$/, '')
    return written.trim() ? { written, source } : { problems: [`${key} names a file that is empty.`] }
  } catch (error) {
    return { problems: [`${key} names a file that cannot be read${reasonOf(error)}.`] }
  }
}

const reasonOf = (error: unknown) => (error instanceof Error && error.message ? `: ${error.message}` : '')
