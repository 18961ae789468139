import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  type OpenOptions,
  openPage,
  sidewaysPixels,
} from '#test/support/browser.ts'
import { type SignedIn, signedIn, staffApp } from '#test/support/staff.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

const { ctx, url, end } = await staffApp()
let browser: Browser
let owner: SignedIn

beforeAll(async () => {
  browser = await launchBrowser()
  owner = await signedIn(ctx, 'owner', 'Anna')
})
afterAll(async () => {
  await browser.close()
  await end()
})

async function open(path: string, options: OpenOptions) {
  const opened = await openPage(browser, `${url}/sign-in`, options)
  await opened.context.addCookies([{ name: 'session', value: owner.cookie.slice('session='.length), url }])
  await opened.page.goto(url + path)
  return opened
}
const check = async (page: Page, complaints: string[]) =>
  expect([await axe(page), await sidewaysPixels(page), complaints]).toEqual([[], 0, []])

test('on the smallest screen, by the keyboard alone, a key is made, copied, looked at and revoked', async () => {
  const { page, complaints, context, close } = await open('/admin/keys', { viewport: 'small' })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await check(page, complaints)
  await page.getByRole('link', { name: 'Make a key' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/new$/)
  await check(page, complaints)
  await page.getByRole('button', { name: 'Make a key' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('#error-summary').waitFor()
  await check(
    page,
    complaints.splice(0).filter((told) => !told.includes('422')),
  )
  await page.getByRole('textbox', { name: 'Name' }).focus()
  await page.keyboard.type('Scoreboard of the second ground, beside the pavilion')
  await page.getByLabel('See registrations').focus()
  await page.keyboard.press('Space')
  await page.getByLabel('See documents').focus()
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Make a key' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('It is not shown again.').waitFor()
  await check(page, complaints)
  await page.getByRole('button', { name: 'Copy the key' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Copied.').waitFor()
  const copied = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(copied).toMatch(/^ts_live_[\w-]{43}$/)
  expect((await fetch(`${url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${copied}` } })).status).toBe(200)

  await page.getByRole('link', { name: 'Back to the keys' }).click()
  await page.getByText(`ts_live_…${copied.slice(-4)}`).waitFor()
  await check(page, complaints)
  await page.getByRole('link', { name: /^Revoke/ }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/revocation$/)
  await check(page, complaints)
  await page.getByRole('button', { name: 'Revoke' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('The key is revoked.').waitFor()
  await check(page, complaints)
  expect((await fetch(`${url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${copied}` } })).status).toBe(401)
  await close()
})

test('a key is made without any script, in the dark', async () => {
  const { page, complaints, close } = await open('/admin/keys/new', {
    viewport: 'desktop',
    colorScheme: 'dark',
    hasScript: false,
  })
  await page.getByRole('textbox', { name: 'Name' }).fill('Bot')
  await page.getByLabel('See registrations').check()
  await page.getByLabel('Works for').selectOption('All tournaments')
  await page.getByLabel('Good for').selectOption('Until it is revoked')
  await page.getByRole('button', { name: 'Make a key' }).click()
  expect(await page.getByLabel('Key').inputValue()).toMatch(/^ts_live_/)
  expect(await page.getByRole('button', { name: 'Copy the key' }).count()).toBe(0)
  expect(complaints).toEqual([])
  await close()
})

test('the API’s page tells the ways in on the smallest screen', async () => {
  const { page, complaints, close } = await open('/api/docs', { viewport: 'small' })
  await page.getByRole('heading', { name: 'Ways in' }).waitFor()
  await check(page, complaints)
  await close()
})
