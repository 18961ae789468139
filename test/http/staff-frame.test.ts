import { afterAll, expect, test } from 'bun:test'
import { m } from '#messages'
import { type StaffActor, staffFrame } from '#src/http/staff-frame.ts'
import { testContext } from '#test/support/context.ts'

const ctx = await testContext()
afterAll(() => ctx.end())

const warningsWith = (config: Partial<typeof ctx.config>) =>
  staffFrame({ ...ctx, config: { ...ctx.config, ...config } }, {
    kind: 'staff',
    sessionId: 'a session',
    grants: [] as StaffActor['grants'],
  } as StaffActor).warnings

test('staff pages warn of whatever is to be mended, gravest first', () => {
  const publicUrl = 'https://cup.example'
  expect(warningsWith({ publicUrl, enableRateLimiting: true })).toEqual([])
  expect(warningsWith({ enableRateLimiting: true })).toEqual([m.staff_plain_http()])
  expect(warningsWith({ enableRateLimiting: false })).toEqual([m.staff_plain_http(), m.staff_rate_limiting_off()])
})
