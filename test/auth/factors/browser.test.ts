import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { decode } from 'fast-png'
import jsQR from 'jsqr'
import type { Browser, Page } from 'playwright-core'
import { openLimits } from '#src/db/limits.ts'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  type OpenedPage,
  openPage,
  sidewaysPixels,
  type Viewport,
} from '#test/support/browser.ts'
import { codeOf, nextStep } from '#test/support/factors.ts'
import { PASSWORD, signedIn, staffApp } from '#test/support/staff.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

const { ctx, url, end } = await staffApp()
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await end()
})
beforeEach(() => {
  ctx.limits.guesses = openLimits(ctx).guesses
})

async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** What a phone's camera would read. */
async function readQr(page: Page): Promise<string> {
  const { data, width, height, channels } = decode(await page.locator('svg[data-qr]').screenshot())
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let pixel = 0; pixel < width * height; pixel += 1)
    for (let channel = 0; channel < 3; channel += 1)
      pixels[pixel * 4 + channel] = data[pixel * channels + (channels < 3 ? 0 : channel)]!
  return jsQR(pixels, width, height)!.data
}

/** Nobody is kept out, nothing sticks out, and nothing complains. */
async function expectSound({ page, complaints }: OpenedPage): Promise<void> {
  expect([page.url(), await axe(page)]).toEqual([page.url(), []])
  expect([page.url(), await sidewaysPixels(page)]).toEqual([page.url(), 0])
  // A refused form is told of by the browser itself.
  expect(complaints.filter((text) => !/status of (?:401|422)/.test(text))).toEqual([])
}

test.each<[Viewport, 'light' | 'dark']>([
  ['small', 'dark'],
  ['desktop', 'light'],
])('an app is set up by its QR code and signs in, at %s size on %s pages', async (viewport, colorScheme) => {
  const { email } = await signedIn(ctx, 'admin', viewport)
  const opened = await openPage(browser, `${url}/sign-in?next=/account/second-factor`, { viewport, colorScheme })
  const { page, close } = opened
  await signIn(page, email)
  await page.waitForURL(/second-factor$/)
  await expectSound(opened)
  await page.getByRole('button', { name: 'Set up an app' }).click()
  await page.waitForURL(/\/app$/)
  await expectSound(opened)

  const address = new URL(await readQr(page))
  expect([address.protocol, decodeURIComponent(address.pathname)]).toEqual(['otpauth:', `/Teamsheet:${email}`])
  const secret = address.searchParams.get('secret')!
  expect((await page.locator('[data-secret]').textContent())!.replaceAll(' ', '')).toBe(secret)
  const code = page.getByLabel('Code of the app')
  await code.fill('000000')
  await page.getByRole('button', { name: 'Use this app' }).click()
  await page.getByText('This code is not right').first().waitFor()
  await expectSound(opened)
  await page.getByLabel('Code of the app').fill(codeOf(ctx, secret))
  await page.getByRole('button', { name: 'Use this app' }).click()
  const codes = page.getByLabel('Ten codes')
  await codes.waitFor()
  await expectSound(opened)
  const shown = await codes.inputValue()
  expect(shown.split('\n')).toHaveLength(10)
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download as text' }).click(),
  ])
  expect(file.suggestedFilename()).toBe('recovery-codes.txt')
  expect(await Bun.file(await file.path()).text()).toBe(`${shown}\n`)
  await page.getByRole('link', { name: 'I have kept them' }).click()
  await page.getByText('10 codes are left').waitFor()
  await expectSound(opened)

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/sign-in$/)
  await signIn(page, email)
  await page.waitForURL(/sign-in\/second-factor/)
  await expectSound(opened)
  nextStep(ctx)
  await page.getByLabel('Code').fill(codeOf(ctx, secret))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/admin$/)

  ctx.travel(10 * 60_000)
  await page.goto(`${url}/account/second-factor`)
  await page.getByRole('link', { name: 'Confirm that it is you' }).click()
  await page.waitForURL(/\/confirm\?/)
  await expectSound(opened)
  await page.getByLabel('Code').fill(shown.split('\n')[0]!)
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByText('9 codes are left').waitFor()
  await close()
})

test('without script, by the keyboard alone', async () => {
  const { email } = await signedIn(ctx, 'admin', 'Asha')
  const { page, close } = await openPage(browser, `${url}/sign-in?next=/account/second-factor`, { hasScript: false })
  await signIn(page, email)
  const press = async (name: string) => {
    await page.getByRole('button', { name }).focus()
    await page.keyboard.press('Enter')
  }
  await press('Set up an app')
  await page.waitForURL(/\/app$/)
  const secret = (await page.locator('[data-secret]').textContent())!.replaceAll(' ', '')
  await page.getByLabel('Code of the app').fill(codeOf(ctx, secret))
  await page.keyboard.press('Enter')
  await page.getByLabel('Ten codes').waitFor()
  expect(await page.getByRole('button', { name: 'Copy' }).isVisible()).toBe(false)
  await close()
})
