import { expect, test } from 'bun:test'
import { maskRecord } from '#src/audit/mask.ts'

const masked = (name: string, value: string) => maskRecord({ [name]: value })![name]

test.each([
  ['name', 'Meena Raj', 'M. R.'],
  ['captainName', 'Jean-Luc', 'J.'],
  ['name', 'குமார்', 'கு.'],
  ['name', '  ', ''],
  ['email', 'meena@example.org', 'm…@example.org'],
  ['mail', '"a b"@example.org', '"…@example.org'],
  ['email', 'nobody', '…'],
  ['email', '@example.org', '…'],
  ['phone', '+91 98765 43210', '…10'],
  ['whatsapp', '1', '…1'],
  ['phone', 'none', '…'],
  ['note', 'Call 098765 43210, or meena@example.org.', 'Call …10, or m…@example.org.'],
  ['quietFrom', '22:00', '22:00'],
  ['until', '2026-11-21T10:00:00Z', '2026-11-21T10:00:00Z'],
  ['teamId', '01a1ffa1-bd89-74b3-bdfd-c9a44123f93f', '01a1ffa1-bd89-74b3-bdfd-c9a44123f93f'],
  ['state', 'approved', 'approved'],
  ['name', '', ''],
])('%s %p becomes %p', (name, value, expected) => {
  expect(masked(name, value)).toBe(expected)
})

test('numbers, yes and no, and nothing stay as they are; a long text is cut', () => {
  const record = { name: null, phone: 7, isOpen: true }
  expect(maskRecord(record)).toEqual(record)
  expect(maskRecord(undefined)).toBeUndefined()
  expect(masked('body', 'a '.repeat(1000))).toHaveLength(301)
})
