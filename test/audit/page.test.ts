import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { record } from '#src/audit/service.ts'
import { SYSTEM } from '#src/permissions.ts'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  type OpenOptions,
  openPage,
  sidewaysPixels,
} from '#test/support/browser.ts'
import { type SignedIn, send, signedIn, staffApp } from '#test/support/staff.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

const { ctx, url, visit, end } = await staffApp()
let browser: Browser
let owner: SignedIn
beforeAll(async () => {
  browser = await launchBrowser()
  owner = await signedIn(ctx, 'owner', 'Meena')
})
afterAll(async () => {
  await browser.close()
  await end()
})

async function openLog(options: OpenOptions = {}, path = '/admin/audit') {
  const opened = await openPage(browser, `${url}/sign-in`, options)
  await opened.context.addCookies([{ name: 'session', value: owner.cookie.slice('session='.length), url }])
  await opened.page.goto(url + path)
  return opened
}

const LOOKS = [
  { viewport: 'small', colorScheme: 'light' },
  { viewport: 'small', colorScheme: 'dark' },
  { viewport: 'desktop', colorScheme: 'light' },
] as const

async function expectSound(path: string, looks: readonly OpenOptions[]) {
  for (const look of looks) {
    const { page, complaints, close } = await openLog(look, path)
    expect([look, await axe(page), await sidewaysPixels(page), complaints]).toEqual([look, [], 0, []])
    await close()
  }
}

test('axe finds nothing on the log, full and empty, and nothing leaves the screen sideways', async () => {
  await expectSound('/admin/audit?event=mail.held', LOOKS.slice(0, 1))
  for (let count = 0; count < 60; count += 1)
    await ctx.db.write.begin((tx) => record(tx, { event: 'document.erased', actor: SYSTEM }))
  const { id } = await send(url)
  const form = { csrf: owner.csrf, expectedState: 'submitted', reason: 'Paid.' }
  await visit(`/admin/registrations/${id}/approval`, {
    cookie: owner.cookie,
    form,
    headers: { 'x-request-id': 'a'.repeat(128) },
  })
  await ctx.db.write.begin((tx) =>
    record(tx, {
      event: 'message.changed',
      actor: owner.actor,
      tournamentId: ctx.tournament.id,
      data: { kind: 'approved' },
      before: { subject: 'You are in', body: 'word'.repeat(60) },
      after: { subject: 'You are in!', body: 'Line after line, '.repeat(30) },
    }),
  )
  await expectSound('/admin/audit', LOOKS)
  await expectSound('/admin/audit?event=message.changed', LOOKS.slice(0, 1))
})

test('an owner narrows it down, pages on and takes the file, by the keyboard, on a small screen, without script', async () => {
  const { page, context, close } = await openLog({ viewport: 'small', hasScript: false })
  await page.getByRole('link', { name: 'Older' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/cursor=/)
  const choice = page.getByLabel('What happened')
  await choice.focus()
  await choice.selectOption({ label: 'Registration approved' })
  await page.getByRole('button', { name: 'Show' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/event=registration\.approved/)
  expect(page.url()).not.toContain('cursor')
  expect(await page.getByRole('row').count()).toBe(2)
  expect(await choice.inputValue()).toBe('registration.approved')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download as CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^audit-log-.*\.csv$/)
  expect(await Bun.file(await download.path()).text()).toContain(',registration.approved,staff,')
  await page.getByRole('link', { name: /-001 / }).click()
  await page.waitForURL(/\/admin\/registrations\/[\da-f-]+$/)
  await context.close()
  await close()
})
