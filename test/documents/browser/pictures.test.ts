import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { AppError } from '#src/errors.ts'
import { axe, BROWSER_TEST_MAX_MS, launchBrowser, type OpenedPage, openPage } from '#test/support/browser.ts'
import { paintJpeg } from '#test/support/pictures.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { send, signedIn, staffApp, upload } from '#test/support/staff.ts'

const MINUTE_MS = 60_000
const app = await staffApp()
const { open } = app.ctx.files
let browser: Browser
setDefaultTimeout(BROWSER_TEST_MAX_MS)
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await app.end()
})

const breakStore = () => {
  app.ctx.files.open = () => Promise.reject(new AppError('STORAGE_UNAVAILABLE', { retryAfterSeconds: 5 }))
}
const mendStore = () => {
  app.ctx.files.open = open
}
const missing = (page: Page) => page.locator('.picture-missing:visible')
const retry = (page: Page) => missing(page).getByRole('button', { name: 'Try again' })
const picture = (page: Page) => page.locator('[data-picture] img:visible')

/** A team with one document of this name, as its captain sees it. */
async function openEntry(file: File): Promise<OpenedPage> {
  const { reference, pin } = await send(app.url, { documents: [await upload(app.url, 'group_photo', file)] })
  const opened = await openPage(browser, `${app.url}/entry`)
  await opened.page.locator('[name=reference]').fill(reference)
  await opened.page.locator('[name=pin]').fill(pin)
  await opened.page.getByRole('button', { name: 'Open' }).click()
  await opened.page.waitForURL(/\/entry\/./)
  return opened
}
const photo = async (name: string, side: number) => new File([await paintJpeg(side, 300)], name)

test('a picture whose host is down makes room for a sentence and another try, which brings it when the host is back', async () => {
  breakStore()
  const { page, close } = await openEntry(await photo('all of us.jpg', 400))
  await missing(page).waitFor()
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
  await retry(page).focus()
  await page.keyboard.press('Enter')
  await page.getByText('The picture cannot be shown at the moment.').waitFor()
  mendStore()
  await retry(page).click()
  await picture(page).waitFor()
  expect(await missing(page).count()).toBe(0)
  expect(await page.evaluate<boolean>('document.activeElement.matches("[data-picture]")')).toBe(true)
  await close()
})

test('a file of which there can be no picture says so when it is asked for again', async () => {
  const { page, close } = await openEntry(new File([(await photoBytes()).slice(0, 40)], 'broken.jpg'))
  await missing(page).waitFor()
  expect(await axe(page)).toEqual([])
  await retry(page).click()
  await page.getByText('No picture can be made of this file.').waitFor()
  expect(await retry(page).count()).toBe(0)
  await close()
})
const photoBytes = () => paintJpeg(64, 64)

test('an address that is over brings the page again, with another one', async () => {
  breakStore()
  const { page, close } = await openEntry(await photo('us.jpg', 420))
  await missing(page).waitFor()
  mendStore()
  app.ctx.travel(16 * MINUTE_MS)
  await retry(page).click()
  await picture(page).waitFor()
  await close()
})

test('a PDF stands in a frame without a sandbox beside a link; while its host is down the frame says so, and brings it afterwards', async () => {
  const letter = new File([samplePdf(3000, 'frame')], 'letter.pdf')
  const { id } = await send(app.url, { documents: [await upload(app.url, 'pastor_letter', letter)] })
  const { cookie } = await signedIn(app.ctx, 'reviewer', 'Meena')
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const [name, value] = cookie.split('=')
  await context.addCookies([{ name: name!, value: value!, url: app.url }])
  breakStore()
  const { page, close } = await openPage(browser, `${app.url}/admin/registrations/${id}`, { context })
  await page.locator('summary', { hasText: 'letter' }).click()
  expect(await page.locator('iframe').getAttribute('sandbox')).toBeNull()
  expect(await page.getByRole('link', { name: 'letter.pdf' }).getAttribute('target')).toBe('_blank')
  const frame = page.frameLocator('iframe')
  await frame.getByText('The document cannot be shown at the moment.').waitFor()
  mendStore()
  const shown = page.waitForResponse((answer) => answer.headers()['content-type'] === 'application/pdf')
  await frame.getByRole('link', { name: 'Try again' }).click()
  const { 'content-security-policy': policy, 'x-content-type-options': sniffing } = (await shown).headers()
  expect([policy!.includes('sandbox'), policy!.includes("frame-ancestors 'self'"), sniffing]).toEqual([
    false,
    true,
    'nosniff',
  ])
  await close()
})

test('a frame whose person was signed out meanwhile says that the page is to be loaded again', async () => {
  const answer = await fetch(`${app.url}/admin/registrations/x/documents/y`, {
    headers: { 'sec-fetch-dest': 'iframe' },
    redirect: 'manual',
  })
  expect([answer.status, answer.headers.get('x-frame-options')]).toEqual([401, 'SAMEORIGIN'])
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'self'")
  expect(await answer.text()).toContain('Reload the page')
})
