import { expect, test } from 'bun:test'
import { eventWords, listEvents } from '#views/audit/words.ts'
import { ACTS } from './table.ts'

/** Where the name of an event is written into the audit log: as `record` takes it, as the system's own actions do, in SQL. */
const RECORDED = [
  /\bevent: '([a-z-]+\.[a-z-]+)'/g,
  /\baudit\(ctx, '([a-z-]+\.[a-z-]+)'/g,
  /insert into audit_entries \([^)]*\)\s*(?:values|select)\s*\(?[^']*'([a-z-]+\.[a-z-]+)'/g,
]
/** Made of a decision's outcome. */
const MADE_UP = { 'registration.': ['registration.approved', 'registration.rejected'] }

async function listRecorded(): Promise<Set<string>> {
  const found = new Set<string>()
  for (const path of new Bun.Glob('src/**/*.{ts,sql}').scanSync('.')) {
    const text = await Bun.file(path).text()
    for (const pattern of RECORDED) for (const [, event] of text.matchAll(pattern)) found.add(event!)
    for (const [, stem] of text.matchAll(/\bevent: `([a-z-]+\.)\$\{/g))
      for (const event of MADE_UP[stem as keyof typeof MADE_UP] ?? [`${stem}…`]) found.add(event)
  }
  return found
}

test('every event that is recorded has words, and every one that has words is recorded', async () => {
  const recorded = await listRecorded()
  expect([...recorded]).toEqual(expect.arrayContaining(['registration.received', 'system.task-started', 'staff.added']))
  const known = new Set(listEvents().map(({ value }) => value))
  expect([...recorded.difference(known)]).toEqual([])
  expect([...known.difference(recorded)]).toEqual([])
  expect(ACTS.map(({ event }) => event).filter((event) => !known.has(event))).toEqual([])
  expect(eventWords('registration.approved')).toBe('Registration approved')
})

test('no two events have the same words', () => {
  const words = listEvents().map(({ label }) => label)
  expect(new Set(words).size).toBe(words.length)
})
