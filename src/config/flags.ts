import { parseArgs } from 'node:util'
import { nearest } from './misspelt.ts'
import { kindOf, type Table } from './setting.ts'
import { quote, readYesNo } from './value.ts'

export type Flags = { values: Record<string, string>; problems: string[] }

/**
 * `--flag value` and `--flag=value`; one that is true or false may stand alone. `switches` are a command's own flags without a value.
 * Every problem is told at once, in sentences.
 */
export function readFlags(table: Table, args: readonly string[], switches: readonly string[] = []): Flags {
  const flags = Object.values(table).flatMap((setting) =>
    setting.flag === undefined ? [] : [[setting.flag, kindOf(setting) === 'yesNo'] as const],
  )
  const alone = new Map([...flags, ...switches.map((name) => [name, true] as const)])
  const options = Object.fromEntries(
    [...alone].map(([name, isAlone]) => [name, { type: isAlone ? ('boolean' as const) : ('string' as const) }]),
  )
  const { tokens } = parseArgs({ args: joined(args, alone), options, strict: false, tokens: true })
  const result: Flags = { values: {}, problems: [] }
  for (const token of tokens) {
    if (token.kind === 'positional') result.problems.push(`${quote(token.value)} belongs to no flag.`)
    if (token.kind !== 'option') continue
    const { name, rawName } = token
    if (!alone.has(name)) result.problems.push(unknown(rawName, [...alone.keys()]))
    else if (Object.hasOwn(result.values, name)) result.problems.push(`${rawName} is given more than once.`)
    else if (!alone.get(name) && (token.value === undefined || isFlag(token)))
      result.problems.push(`${rawName} needs a value.`)
    else result.values[name] = token.value ?? 'true'
  }
  return { ...result, problems: [...new Set(result.problems)] }
}

/** `--wait-for-database false` as one word: parseArgs gives flags that may stand alone no value. */
function joined(args: readonly string[], alone: ReadonlyMap<string, boolean>): string[] {
  const words: string[] = []
  for (const word of args) {
    const last = words.at(-1)
    const isValue = last?.startsWith('--') && alone.get(last.slice(2)) && readYesNo(word) !== undefined
    if (isValue) words[words.length - 1] = `${last}=${word}`
    else words.push(word)
  }
  return words
}

/** `--port --host` is a `--port` whose value was left out. */
const isFlag = (token: { value?: string; inlineValue?: boolean }) =>
  !token.inlineValue && (token.value?.startsWith('--') ?? false)

function unknown(rawName: string, names: readonly string[]): string {
  const meant = nearest(rawName.replace(/^-+/, ''), names)
  return `There is no flag ${rawName}.${meant === undefined ? '' : ` Is --${meant} meant?`}`
}
