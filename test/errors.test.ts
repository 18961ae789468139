import { expect, test } from 'bun:test'
import { EXPLAINED } from '#src/errors/explained.ts'
import { AppError, ERRORS, type ErrorCode } from '#src/errors.ts'
import { ERRORS_FILE, errorsPage } from '../scripts/errors.ts'

const codes = Object.keys(ERRORS) as ErrorCode[]

test('there is one page about every refusal, and it is current', async () => {
  expect(codes.length).toBeGreaterThanOrEqual(30)
  expect(await Bun.file(ERRORS_FILE).text()).toBe(errorsPage())
  expect(Object.keys(EXPLAINED).sort()).toEqual(codes.toSorted())
})

test.each(codes)('%s has a status, and says in sentences what to do', (code) => {
  const [status, sentence] = ERRORS[code]
  expect([status >= 400 && status < 600, new AppError(code).status]).toEqual([true, status])
  const { when, client, organiser } = EXPLAINED[code]
  for (const text of [sentence, when, client, organiser]) expect(text).toMatch(/^[A-Z].*[.]$/)
})
