import { expect, test } from 'bun:test'
import { aRegistration } from '#test/support/registrations.ts'
import { findPrivateLines } from '#test/support/run-log.ts'
import { PASSWORD } from '#test/support/staff.ts'

const secrets = new Set(['7K3M9QWX', '482913'])
const line = (fields: object) => JSON.stringify({ level: 30, ...fields, event: 'team.told' })

test('whatever the factories make is found in a log, wherever it stands', () => {
  const { teamName, clubName, captain, viceCaptain, players } = aRegistration()
  const values = [teamName, clubName, captain.name, captain.phone, captain.email, viceCaptain.name, players[0]!.name]
  for (const value of [...values, PASSWORD, '7K3M9QWX', '482913'])
    for (const fields of [
      { a: value },
      { a: [{ b: `is "${value}".` }] },
      { [value]: 1 },
      { err: { stack: `E: ${value}\n at` } },
    ])
      expect(findPrivateLines({ lines: [line(fields)], secrets })).toHaveLength(1)
})

test('ids, counts and times are nothing of anybody', () => {
  const lines = [
    line({ teamId: Bun.randomUUIDv7(), pid: 482_913, time: '2026-11-21T14:31:19.123Z', route: '/entry/:token' }),
  ]
  expect(findPrivateLines({ lines, secrets })).toEqual([])
})
