import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { type OpenedPage, openPage } from '#test/support/browser.ts'
import { openRelay, type Relay } from '#test/support/relay.ts'
import { choose, focusedId, heldFiles } from './captains-phone.ts'
import { setStage } from './stage.ts'

const FILE_BYTES = 600_000

const stage = setStage()
let relay: Relay
let opened: OpenedPage
let page: Page
/** Files that the page began to send. */
let begun: number
beforeEach(async () => {
  relay = await openRelay(stage.app.url)
  opened = await openPage(stage.browser, `${relay.url}/register`)
  page = opened.page
  begun = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/register/files')) begun += 1
  })
})
afterEach(async () => {
  await opened.close()
  await relay.end()
})

const panels = (state: string) => page.locator(`[data-upload-state=${state}]:visible`)
const announced = () => page.locator('[data-upload-announcer]').textContent()

test('a file that is cut off half-way, on a phone that calls itself online, says so and goes on by itself', async () => {
  relay.cutAfter(FILE_BYTES / 2)
  await choose(page, 'team.group_photo', FILE_BYTES)
  await panels('offline').waitFor()
  expect(await page.evaluate<boolean>('navigator.onLine')).toBe(true)
  expect(await announced()).toContain('no connection. It goes on by itself')
  const sent = begun
  // What is asked meanwhile is small: the file is not sent in vain.
  const refusedBefore = relay.refused()
  await page.waitForEvent('requestfailed', (request) => request.url().endsWith('/healthz'))
  expect(relay.refused()).toBeGreaterThan(refusedBefore)
  expect(begun).toBe(sent)

  relay.mend()
  await heldFiles(page).waitFor({ timeout: 40_000 })
  expect(await announced()).toBe('Group photo: received.')
  expect(begun).toBe(sent + 1)
})

test('with several on their way, all go on, also those that were chosen while there was no connection', async () => {
  relay.cut()
  for (const slot of ['team.pastor_letter', 'team.group_photo', 'players.p1.aadhar']) await choose(page, slot)
  await panels('offline').nth(2).waitFor()
  await choose(page, 'players.p2.aadhar')
  await panels('offline').nth(3).waitFor()
  relay.mend()
  await heldFiles(page).nth(3).waitFor({ timeout: 40_000 })
})

test('who presses “Try again” stays in the panel, and one press sends all that wait', async () => {
  relay.cut()
  for (const slot of ['team.pastor_letter', 'team.group_photo']) await choose(page, slot)
  await panels('offline').nth(1).waitFor()
  // From here on only a press helps.
  await page.route(/\/healthz$/, (route) => route.abort())
  const gate = Promise.withResolvers<void>()
  await page.route(/\/register\/files$/, async (route) => {
    await gate.promise
    await route.continue()
  })
  relay.mend()
  const retry = page.locator('[data-upload-retry]:visible').first()
  await retry.focus()
  await page.keyboard.press('Enter')
  await retry.waitFor({ state: 'hidden' })
  expect(await page.evaluate<boolean>('document.activeElement.matches("[data-upload-cancel]")')).toBe(true)
  gate.resolve()
  await heldFiles(page).nth(1).waitFor({ timeout: 40_000 })
  expect(await focusedId(page)).toBe('team-pastor-letter')
})

test('a file that is cancelled while there is no connection is not sent afterwards, and its field has the focus', async () => {
  relay.cut()
  await choose(page, 'team.group_photo')
  await panels('offline').waitFor()
  await page.locator('[data-upload-cancel]').focus()
  await page.keyboard.press('Enter')
  expect(await focusedId(page)).toBe('team-group-photo')
  const sent = begun
  relay.mend()
  await choose(page, 'team.pastor_letter')
  await heldFiles(page).waitFor({ timeout: 40_000 })
  expect(begun).toBe(sent + 1)
  expect(await heldFiles(page).count()).toBe(1)
})
