import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { eventsInSource } from '#test/support/logged-events.ts'

const PAGE = join(import.meta.dir, '../docs/EVENTS.md')
const ROW = /^\| ([a-z-]+\.[a-z-]+) +\| (\w+) +\|/gm

test('docs/EVENTS.md lists every event that is logged, with its level, and no other', async () => {
  const listed = [...(await Bun.file(PAGE).text()).matchAll(ROW)].map(([, event, level]) => `${level} ${event}`)
  expect(listed.toSorted()).toEqual([...eventsInSource()].toSorted())
})
