import { prettyFactory } from 'pino-pretty'
import type { Output } from './log-output.ts'

/** All control characters and changes of direction: a terminal obeys some of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** Turns lines of JSON into lines for people on their way to `output`; a value can neither begin a line of its own nor steer a terminal. */
export function textLines(output: Output, { hasColour }: { hasColour: boolean }): { write(line: string): void } {
  const format = prettyFactory({
    colorize: hasColour,
    messageKey: 'event',
    ignore: 'pid,hostname',
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss',
    singleLine: true,
  })
  return { write: (line) => output.write(format(harmless(JSON.parse(line)))) }
}

function harmless(value: unknown, key = ''): unknown {
  if (typeof value === 'string')
    return key === 'stack' ? value.split('\n').map(escapeText).join('\n') : escapeText(value)
  if (Array.isArray(value)) return value.map((item) => harmless(item))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [escapeText(name), harmless(inner, name)]))
}

const escapeText = (text: string) =>
  text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
