import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
const CALL = /\blog\??\.(trace|debug|info|warn|error|fatal)\(/g
const EVENT = /(['`])([a-z-]+\.[a-z-]+)\1/g

/** Every event that the source logs, as `level event`, in the order of the files. */
export function eventsInSource(): Set<string> {
  const found = new Set<string>()
  for (const path of new Bun.Glob('src/**/*.{ts,tsx}').scanSync({ cwd: ROOT })) {
    const text = readFileSync(join(ROOT, path), 'utf8')
    for (const call of text.matchAll(CALL)) {
      const events = [...argumentsAt(text, call.index + call[0].length).matchAll(EVENT)]
      if (events.length === 0)
        throw new Error(`${path} logs something without a name: ${text.slice(call.index, call.index + 80)}`)
      for (const [, , event] of events) found.add(`${call[1]} ${event}`)
    }
  }
  return found
}

/** From behind the opening parenthesis to its closing one. */
function argumentsAt(text: string, start: number): string {
  let depth = 1
  let end = start
  for (; depth > 0 && end < text.length; end += 1) {
    if (text[end] === '(') depth += 1
    if (text[end] === ')') depth -= 1
  }
  return text.slice(start, end)
}
