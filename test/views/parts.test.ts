import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  openPage,
  sidewaysPixels,
  VIEWPORT_NAMES,
} from '#test/support/browser.ts'
import { serveParts } from './parts-server.ts'

/** What a page loads. */
const ASSETS = ['app.js', 'htmx.js', 'icon.svg', 'styles.css']
const WIRE_MAX_BYTES = 45_000
const LABEL_MIN_PIXELS = 16
const TARGET_MIN_PIXELS = 44

setDefaultTimeout(BROWSER_TEST_MAX_MS)

let browser: Browser
let parts: Awaited<ReturnType<typeof serveParts>>

beforeAll(async () => {
  parts = await serveParts()
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await parts.stop()
})

for (const viewport of VIEWPORT_NAMES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing on the parts, ${viewport}, ${colorScheme}, and nothing leaves the screen sideways or breaks the policy`, async () => {
      const { page, complaints, close } = await openPage(browser, parts.url, { viewport, colorScheme })
      expect(await axe(page)).toEqual([])
      expect(await sidewaysPixels(page)).toBe(0)
      expect(complaints).toEqual([])
      await close()
    })
  }
}

test('the theme follows the system, and data-theme overrules it', async () => {
  const { page, close } = await openPage(browser, parts.url, { colorScheme: 'dark' })
  const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  const dark = await ground()
  await page.evaluate("document.documentElement.dataset.theme = 'light'")
  expect(await ground()).not.toBe(dark)
  await close()
})

test('the keyboard reaches every control in the order of the page, and each shows that it is reached', async () => {
  const { page, close } = await openPage(browser, parts.url, { viewport: 'desktop' })
  const expected = await page.evaluate<number>(`
    [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
      .filter((element) => !element.disabled && element.type !== 'hidden' && element.checkVisibility())
      .map((element, index) => { element.dataset.order = index; return element }).length`)
  await page.evaluate(
    "document.querySelector('[data-error-summary]').blur(); document.body.tabIndex = -1; document.body.focus()",
  )
  const reached: string[] = []
  while (reached.length < expected) {
    await page.keyboard.press('Tab')
    const [order, outline, tag] = await page.evaluate<[string, string, string]>(`(() => {
      const element = document.activeElement
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      return [element.dataset.order ?? '', outlineStyle + ' ' + outlineWidth, element.outerHTML.slice(0, 160)]
    })()`)
    expect([outline, tag]).toEqual(['solid 3px', tag])
    // A date has one stop for each of its parts.
    if (order !== reached.at(-1)) reached.push(order)
  }
  expect(reached).toEqual(Array.from({ length: expected }, (_, index) => String(index)))
  await close()
})

test('the first stop of the keyboard skips to the content', async () => {
  const { page, close } = await openPage(browser, parts.url, { viewport: 'desktop' })
  await page.evaluate('document.body.tabIndex = -1; document.body.focus()')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await page.evaluate<string>('document.activeElement.id')).toBe('main')
  await close()
})

test('the summary of errors has the focus when the page arrives, with and without script, and its links lead to the fields', async () => {
  for (const hasScript of [true, false]) {
    const { page, close } = await openPage(browser, parts.url, { hasScript })
    expect(await page.locator('[data-error-summary]:focus').count()).toBe(1)
    await page.locator('[data-error-summary] a').first().click()
    expect(await page.evaluate<string>('document.querySelector(":target")?.id')).toBe('captain-phone')
    await close()
  }
})

test('a phone meets labels of 16 pixels and targets of 44', async () => {
  const { page, close } = await openPage(browser, parts.url, { viewport: 'phone' })
  const small = await page.evaluate<string[]>(`[
    ...[...document.querySelectorAll('.field-label, .control:not(.file-input)')]
      .filter((element) => parseFloat(getComputedStyle(element).fontSize) < ${LABEL_MIN_PIXELS}),
    ...[...document.querySelectorAll('.btn, .control, .check, nav a, summary, .error-list a')]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < ${TARGET_MIN_PIXELS}),
  ].map((element) => element.outerHTML.slice(0, 120))`)
  expect(small).toEqual([])
  await close()
})

test('a table is a list of named values on a phone and a table on a desk', async () => {
  const look = async (viewport: 'phone' | 'desktop') => {
    const { page, close } = await openPage(browser, parts.url, { viewport })
    const found = await page.evaluate<[string, string]>(`[
      getComputedStyle(document.querySelector('.data-table td'), '::before').content,
      getComputedStyle(document.querySelector('.data-table td')).display,
    ]`)
    await close()
    return found
  }
  expect(await look('phone')).toEqual(['"Id"', 'flex'])
  expect(await look('desktop')).toEqual(['none', 'table-cell'])
})

test('styles and scripts weigh less than 45 kB over the wire', async () => {
  const { page, close } = await openPage(browser, 'about:blank')
  const bytes: Record<string, number> = {}
  // The browser asks for the icon whenever it likes.
  const isWhole = Promise.withResolvers<void>()
  page.on('requestfinished', async (request) => {
    const { responseBodySize } = await request.sizes()
    if (request.url().includes('/assets/')) bytes[request.url().split('/').at(-1)!] = responseBodySize
    if (Object.keys(bytes).length === ASSETS.length) isWhole.resolve()
  })
  await page.goto(parts.url, { waitUntil: 'networkidle' })
  await isWhole.promise
  console.log('over the wire, bytes:', bytes)
  expect(Object.keys(bytes).sort()).toEqual(ASSETS)
  expect(Object.values(bytes).reduce((sum, size) => sum + size, 0)).toBeLessThan(WIRE_MAX_BYTES)
  await close()
})
