import { choicesOf, kindOf, rangeOf, type Setting, takes } from './setting.ts'

const SHOWN_MAX = 60
const YES = new Set(['true', 'yes', 'on', '1'])
const NO = new Set(['false', 'no', 'off', '0'])
/** More than any setting is in need of; a file that holds more was named by mistake. */
const LENGTH_MAX = 65_536
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/

export type Read = { value: unknown } | { problems: string[] }

/** True, false, or undefined for a word that is neither. */
export function readYesNo(word: string): boolean | undefined {
  const lower = word.toLowerCase()
  return YES.has(lower) ? true : NO.has(lower) ? false : undefined
}

/** Turns what was written into the setting's type and checks it; `name` is how the sentences call it. */
export function readValue(name: string, setting: Setting, written: string): Read {
  if (CONTROL.test(setting.hasLines ? written.replaceAll(/\r?\n/g, '') : written))
    return { problems: [`${name} holds a line end or another control character. ${setting.does}`] }
  if (written.length > LENGTH_MAX) return { problems: [`${name} is longer than any value of it can be.`] }
  const value = convert(setting, written)
  if (value === undefined) return { problems: [refusal(name, setting, written)] }
  const problems = setting.check?.(value as never, name) ?? []
  if (problems.length > 0) return { problems: [...new Set(problems)] }
  return { value: setting.tidy ? setting.tidy(value as never) : value }
}

/** Undefined where it does not fit. Only digits make a number: 1e3, 0x10 and 3000abc do not. */
function convert(setting: Setting, written: string): unknown {
  const trimmed = written.trim()
  switch (kindOf(setting)) {
    case 'whole': {
      const [minimum, maximum] = rangeOf(setting)
      const value = Number(trimmed)
      return /^\d{1,15}$/.test(trimmed) && value >= minimum && value <= maximum ? value : undefined
    }
    case 'yesNo':
      return readYesNo(trimmed)
    case 'choice':
      return choicesOf(setting)!.find((choice) => choice === trimmed.toLowerCase())
    case 'list':
      return trimmed.startsWith('[') ? fromJson(trimmed) : items(trimmed.split(','))
    case 'text':
      return setting.secret ? written : trimmed
  }
}

/** Lists as other servers had them: `["https://a", "https://b"]`. */
function fromJson(written: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(written)
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? items(value) : undefined
  } catch {
    return undefined
  }
}

const items = (written: readonly string[]) => [...new Set(written.map((item) => item.trim()).filter(Boolean))]

const refusal = (name: string, setting: Setting, written: string) =>
  `${name} does not take ${setting.secret ? 'its value' : quote(written)}. It takes ${takes(setting)}. ${setting.does}`

/** For sentences: shortened, and without the name and password that an address may carry. */
export function quote(written: string): string {
  const bare = written.trim().replace(/\/\/.*@/, '//…@')
  return JSON.stringify(bare.length > SHOWN_MAX ? `${bare.slice(0, SHOWN_MAX)}…` : bare)
}
