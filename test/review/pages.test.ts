import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, BrowserContext } from 'playwright-core'
import { newSetupAddress } from '#src/auth/service.ts'
import { AppError } from '#src/errors.ts'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  openPage,
  sidewaysPixels,
  VIEWPORT_NAMES,
} from '#test/support/browser.ts'
import { aSquad } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { PASSWORD, type SignedIn, send, signedIn, staffApp, upload } from '#test/support/staff.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

const { ctx, url, end } = await staffApp()
const setupAddress = (await newSetupAddress(ctx))!
let browser: Browser
let reviewer: SignedIn
let id: string

beforeAll(async () => {
  browser = await launchBrowser()
  reviewer = await signedIn(ctx, 'reviewer', 'Meena')
  const letter = await upload(url, 'pastor_letter', new File([samplePdf()], 'letter.pdf'))
  const photo = await upload(url, 'group_photo', new File([sampleJpeg()], 'all of us.jpg'))
  const players = aSquad(15)
  id = (
    await send(url, {
      teamName: 'நற்செய்தி வீரர்கள்',
      players,
      documents: [letter, photo],
      paymentReference: 'UPI 4711 0815',
    })
  ).id
  for (let made = 0; made < 55; made++)
    await send(url, { clubName: `Holy Trinity, Fort & Harbour (South ${made % 3})` })
})
afterAll(async () => {
  await browser.close()
  await end()
})

/** Carries the reviewer's session into a page. */
async function enter(context: BrowserContext) {
  await context.addCookies([{ name: 'session', value: reviewer.cookie.slice('session='.length), url }])
}

type Options = Parameters<typeof openPage>[2]
async function openStaffPage(path: string, options: Options = {}) {
  const opened = await openPage(browser, `${url}/sign-in`, options)
  await enter(opened.context)
  await opened.page.goto(url + path)
  return opened
}

const PUBLIC_PATHS = ['/sign-in?next=/admin', setupAddress]
const STAFF_PATHS = () => [
  '/account',
  '/admin',
  '/admin/registrations',
  '/admin/registrations?q=nobody',
  `/admin/registrations/${id}`,
]

for (const viewport of VIEWPORT_NAMES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on any staff page, ${viewport}, ${colorScheme}, and nothing leaves the screen sideways`, async () => {
      const { page, context, complaints, close } = await openPage(browser, url + PUBLIC_PATHS[0], {
        viewport,
        colorScheme,
      })
      const found: unknown[] = []
      const look = async (path: string) => {
        await page.goto(url + path)
        const [faults, beyond] = [await axe(page), await sidewaysPixels(page)]
        if (faults.length > 0 || beyond > 0) found.push({ path, faults, beyond })
      }
      for (const path of PUBLIC_PATHS) await look(path)
      await enter(context)
      for (const path of STAFF_PATHS()) await look(path)
      expect(found).toEqual([])
      expect(complaints).toEqual([])
      await close()
    })
  }
}

test('a refused sign-in keeps the e-mail, moves the focus to what is wrong, and passes axe', async () => {
  const { page, close } = await openPage(browser, `${url}/sign-in?next=/account`)
  await page.fill('#email', reviewer.email)
  await page.fill('#password', 'not the right one')
  await page.click('main button[type=submit]')
  expect(await page.inputValue('#email')).toBe(reviewer.email)
  expect(await page.inputValue('#password')).toBe('')
  expect(await page.evaluate('document.activeElement.id')).toBe('error-summary')
  expect(await axe(page)).toEqual([])
  await page.fill('#password', PASSWORD)
  await page.click('main button[type=submit]')
  await page.waitForURL('**/account')
  await page.click('header button[type=submit]')
  await page.waitForURL('**/sign-in')
  await close()
})

test('the list narrows while one types and chooses, and its address says how', async () => {
  const { page, complaints, close } = await openStaffPage('/admin/registrations', { viewport: 'desktop' })
  await page.selectOption('#club', { index: 2 })
  await page.waitForURL(/club=Holy/)
  await page.locator('#q').pressSequentially('team-001')
  await page.waitForURL(/q=team-001/)
  await page.waitForSelector('text=No registration matches')
  expect(await page.evaluate('document.activeElement.id')).toBe('q')
  await page.selectOption('#club', '')
  await page.waitForSelector('text=நற்செய்தி வீரர்கள்')
  await page.reload()
  expect(await page.inputValue('#q')).toBe('team-001')
  expect(await page.locator('tbody tr').count()).toBe(1)
  await page.goBack()
  expect(complaints).toEqual([])
  await close()
})

test('without script the same form narrows the list', async () => {
  const { page, close } = await openStaffPage('/admin/registrations', { hasScript: false })
  await page.fill('#q', 'team-001')
  await page.click('main form button[type=submit]')
  expect(await page.locator('tbody tr').count()).toBe(1)
  await close()
})

test('a document is asked for when it is opened, not before', async () => {
  const { page, complaints, close } = await openStaffPage(`/admin/registrations/${id}`, { viewport: 'desktop' })
  const looks = async () =>
    (await ctx.db.read`select count(*)::int as looks from audit_entries where event = 'document.viewed'`)[0]!.looks
  await page.locator('#documents').scrollIntoViewIfNeeded()
  await page.waitForLoadState('networkidle')
  expect(await looks()).toBe(0)
  const photo = page.waitForResponse((response) => response.headers()['content-type'] === 'image/webp')
  await page.click('summary:has-text("Group photo")')
  await photo
  expect(
    await page
      .locator('details[open] img')
      .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
  ).toBe(1)
  expect(await looks()).toBe(1)
  const letter = page.waitForResponse((response) => response.headers()['content-type'] === 'application/pdf')
  await page.click('summary:has-text("Pastor")')
  await letter
  expect(await looks()).toBe(2)
  expect(complaints).toEqual([])
  expect(await axe(page)).toEqual([])
  await close()
})

test('a picture that does not come says so, and comes with another try', async () => {
  const { open } = ctx.files
  ctx.files.open = () => Promise.reject(new AppError('STORAGE_UNAVAILABLE'))
  const { page, close } = await openStaffPage(`/admin/registrations/${id}`)
  await page.click('summary:has-text("Group photo")')
  const retry = page.locator('details[open] button:has-text("Try again")')
  await retry.waitFor({ state: 'visible' })
  expect(await page.locator('details[open] img').isVisible()).toBe(false)
  expect(await axe(page)).toEqual([])
  ctx.files.open = open
  await retry.click()
  await page.locator('details[open] img').waitFor({ state: 'visible' })
  expect(await retry.isVisible()).toBe(false)
  await close()
})

test('a rejection without a reason keeps the page; with one it is done', async () => {
  const { page, close } = await openStaffPage(`/admin/registrations/${id}`)
  await page.click('button:has-text("Reject")')
  await page.waitForSelector('#reason-error')
  expect(await page.evaluate('document.activeElement.id')).toBe('error-summary')
  expect(await axe(page)).toEqual([])
  await page.fill('#reason', 'The letter is not signed.')
  await page.click('button:has-text("Reject")')
  await page.waitForSelector('text=Rejected. The captain’s mail is in the mail log.')
  expect(await page.locator('#decision').count()).toBe(0)
  await close()
})
