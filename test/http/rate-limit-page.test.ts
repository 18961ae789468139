import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import type { Limiter } from '#src/lib/limiter.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  type OpenOptions,
  openPage,
  sidewaysPixels,
  VIEWPORT_NAMES,
} from '#test/support/browser.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)
let browser: Browser
let app: TestApp
let usual: Limiter
beforeAll(async () => {
  browser = await launchBrowser()
  app = await testApp({ config: { enableRateLimiting: true } })
  usual = app.ctx.limits.requests
})
afterAll(async () => {
  await browser.close()
  await app.end()
})

/** Refuses what is counted in these tiers. */
function refuse(tiers: string[], resetSeconds: number): void {
  app.ctx.limits.requests = {
    ...usual,
    async take(name, window, key, points) {
      if (!tiers.includes(name)) return usual.take(name, window, key, points)
      return { allowed: false, limit: window.points, remaining: 0, resetSeconds, windowSeconds: window.seconds }
    },
  }
}
const allow = () => {
  app.ctx.limits.requests = usual
}

async function openRefused(seconds: number, options: OpenOptions = {}) {
  refuse(['public'], seconds)
  const opened = await openPage(browser, `${app.url}/entry`, options)
  allow()
  return opened
}

test('a refused page counts down, and then leads to where one wanted to go', async () => {
  const { page, close } = await openRefused(3)
  const retry = page.getByRole('link', { name: 'Try again' })
  expect(await page.locator('[data-countdown-time]').textContent()).toMatch(/^0:0[123]$/)
  expect(await retry.getAttribute('aria-disabled')).toBe('true')
  expect(await page.getByRole('status').textContent()).toBe('')
  await retry.click({ force: true })
  expect(await page.locator('h1').textContent()).toContain('Too many requests')
  await page.getByText('The wait is over.').waitFor()
  expect(await page.locator('[data-countdown-time]').isHidden()).toBe(true)
  await retry.click()
  await page.getByLabel('PIN').waitFor()
  await close()
})

test('without script it says how long, and the way leads there, too', async () => {
  const { page, close } = await openRefused(59, { hasScript: false })
  expect(await page.locator('main').textContent()).toContain('Please try again in 59 seconds.')
  expect(await page.locator('[data-countdown-time]').isHidden()).toBe(true)
  await page.getByRole('link', { name: 'Try again' }).click()
  await page.getByLabel('PIN').waitFor()
  await close()
})

test('long waits are told in minutes', async () => {
  const { page, close } = await openRefused(3001, { hasScript: false })
  expect(await page.locator('main').textContent()).toContain('Please try again in 51 minutes.')
  await close()
})

test('what was typed into a refused form is sent again, whole, when the wait is over', async () => {
  const { page, close } = await openPage(browser, `${app.url}/entry`)
  await page.getByLabel('reference').fill('ABCD2345')
  await page.getByLabel('PIN').fill('123456')
  refuse(['write'], 2)
  const refused = page.waitForResponse((answer) => answer.status() === 429)
  await page.getByRole('button', { name: 'Open' }).click()
  await refused
  const again = page.getByRole('button', { name: 'Send again' })
  expect(await again.getAttribute('aria-disabled')).toBe('true')
  expect(await page.locator('main').textContent()).toContain('Nothing you entered is lost')
  await page.getByText('The wait is over.').waitFor()
  allow()
  const sent = page.waitForRequest((request) => request.method() === 'POST')
  await again.click()
  expect((await sent).postData()).toBe('reference=ABCD2345&pin=123456')
  await page.locator('input[name=reference]').waitFor()
  expect(await page.locator('input[name=reference]').inputValue()).toBe('ABCD2345')
  await close()
})

test.each(VIEWPORT_NAMES)('the page is accessible and fits (%s)', async (viewport) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, complaints, close } = await openRefused(40, { viewport, colorScheme })
    expect(await axe(page)).toEqual([])
    expect(await sidewaysPixels(page)).toBe(0)
    expect(complaints.filter((text) => !text.includes('429'))).toEqual([])
    await close()
  }
})
