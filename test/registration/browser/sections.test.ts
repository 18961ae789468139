import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { registerTeam } from '#src/registration/service.ts'
import { type OpenedPage, openPage } from '#test/support/browser.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { choose, focusedId, heldFiles, sampleFile } from './captains-phone.ts'
import { setStage } from './stage.ts'

const stage = setStage()
let opened: OpenedPage
let page: Page
beforeEach(async () => {
  opened = await openPage(stage.browser, `${stage.app.url}/register`)
  page = opened.page
})
afterEach(async () => {
  expect(opened.complaints.filter((complaint) => !/status of 4\d\d/.test(complaint))).toEqual([])
  await opened.close()
})

const field = (name: string) => page.locator(`[name="${name}"]`)
const errorBeside = (id: string) => page.locator(`#${id}-error`)
const step = (name: string) => page.locator('.step-item', { hasText: name })
test('a section is checked when it is left: errors beside fields, the progress, and the focus where the person went', async () => {
  await field('captain.name').fill('Samuel 2')
  await field('captain.phone').fill('12')
  await field('viceCaptain.name').click()
  await errorBeside('captain-phone').waitFor()
  expect(await errorBeside('captain-name').textContent()).toContain('A name has letters')
  expect(await focusedId(page)).toBe('viceCaptain-name')
  expect(await step('Captain').first().getAttribute('class')).toContain('step-wrong')
  expect(await errorBeside('viceCaptain-name').count()).toBe(0)

  await field('captain.name').fill('Samuel')
  await field('captain.phone').fill('98400 12345')
  await field('captain.email').fill('samuel@example.org')
  await field('teamName').click()
  await errorBeside('captain-phone').waitFor({ state: 'detached' })
  expect(await step('Captain').first().getAttribute('class')).toContain('step-done')
  expect(await page.locator('#review').textContent()).toContain('Samuel, 98400 12345, samuel@example.org')
})

test('what is typed while the answer is on its way is not taken back', async () => {
  const gate = Promise.withResolvers<void>()
  await page.route(/\/register\/sections\/captain/, async (route) => {
    await gate.promise
    await route.continue()
  })
  await field('captain.name').fill('Samuel')
  await field('teamName').focus()
  await field('captain.name').fill('Samuel Raj')
  await field('captain.email').fill('samuel@exam')
  await field('captain.phone').focus()
  gate.resolve()
  await errorBeside('captain-phone').waitFor()
  expect(await field('captain.name').inputValue()).toBe('Samuel Raj')
  expect(await field('captain.email').inputValue()).toBe('samuel@exam')
})

test('what was typed last is kept although the page is left at once', async () => {
  await field('teamName').pressSequentially('Lions of Salem')
  await page.goto(`${stage.app.url}/`)
  let typed = ''
  for (let look = 0; look < 20 && typed === ''; look += 1) {
    await page.goto(`${stage.app.url}/register`)
    typed = await field('teamName').inputValue()
  }
  expect(typed).toBe('Lions of Salem')
})

test('a club that entered before is suggested with its places, which stay in sight when the section is left', async () => {
  const body = aRegistration({ clubName: 'St. Thomas, Salem' })
  await stage.app.ctx.db.write`update tournament_documents set required = false`
  stage.app.ctx.travel(3000)
  const tournament = (await stage.app.ctx.findTournament())!
  await registerTeam(stage.app.ctx, tournament, { body, door: 'form', missingField: () => '' })
  await stage.app.ctx.db.write`update tournament_documents set required = true where kind = 'pastor_letter'`
  stage.app.ctx.travel(3000)
  await field('clubName').pressSequentially('st. th')
  await page.locator('#clubName-suggestions option').waitFor({ state: 'attached' })
  expect(await page.locator('#clubName-suggestions option').getAttribute('value')).toBe('St. Thomas, Salem')
  await field('clubName').fill('St. Thomas, Salem')
  await page.getByText('One more team may be entered.').waitFor()
  await field('captain.name').focus()
  await errorBeside('teamName').waitFor()
  expect(await page.locator('#club-places').textContent()).toBe('One more team may be entered.')
})

test('a new row has the focus, and after a row went the next one has it; what was typed elsewhere stays', async () => {
  await field('players.p1.name').fill('Arun')
  await page.getByRole('button', { name: 'Add a player' }).click()
  await field('players.p12.name').waitFor()
  expect(await focusedId(page)).toBe('players-p12-name')
  await page.keyboard.type('Lenin')
  for (let row = 13; row <= 15; row += 1) {
    await page.getByRole('button', { name: 'Add a player' }).click()
    await field(`players.p${row}.name`).waitFor()
  }
  await page.getByText('A squad has at most 15 players.').waitFor()
  expect(await page.getByRole('button', { name: 'Add a player' }).count()).toBe(0)

  await page.getByRole('button', { name: 'Remove Player 13', exact: true }).click()
  await field('players.p13.name').waitFor({ state: 'detached' })
  expect(await focusedId(page)).toBe('players-p14-name')
  await page.getByRole('button', { name: 'Remove Player 14', exact: true }).click()
  await field('players.p15.name').waitFor({ state: 'detached' })
  expect(await focusedId(page)).toBe('players-p14-name')
  expect(await field('players.p12.name').inputValue()).toBe('Lenin')
  expect(await field('players.p1.name').inputValue()).toBe('Arun')
})

test('a file is received, counted and taken out again, with the focus at its place', async () => {
  await choose(page, 'players.p2.aadhar')
  await heldFiles(page).waitFor()
  expect(await page.locator('#review').textContent()).toContain('1 received')
  await page.getByRole('button', { name: 'Remove National ID (Aadhaar)' }).click()
  await heldFiles(page).waitFor({ state: 'detached' })
  expect(await focusedId(page)).toBe('players-p2-aadhar')
  expect(await page.locator('#review').textContent()).toContain('0 received')
})

test('a file that cannot be taken is told beside its field, and stays told while the form changes around it', async () => {
  const place = field('players.p3.aadhar')
  await place.setInputFiles({ ...sampleFile('players.p3.aadhar'), buffer: Buffer.from('no picture') })
  await errorBeside('players-p3-aadhar').waitFor()
  await field('players.p3.name').fill('Charles')
  await field('teamName').focus()
  await page.locator('[data-save-status][data-state=saved]').waitFor({ state: 'attached' })
  await page.getByRole('button', { name: 'Add a player' }).click()
  await field('players.p12.name').waitFor()
  expect(await errorBeside('players-p3-aadhar').textContent()).toContain('Only PDF, PNG, JPEG, WebP and HEIC')
  await choose(page, 'players.p3.aadhar')
  await errorBeside('players-p3-aadhar').waitFor({ state: 'detached' })
})

test('the form is put aside by its button, and its address is what one comes to next', async () => {
  await field('teamName').fill('Lions of Salem')
  await page.getByRole('button', { name: 'Save and go on later' }).click()
  await page.locator('#kept a').waitFor()
  expect(await focusedId(page)).toBe('kept')
  const other = await openPage(stage.browser, (await page.locator('#kept a').getAttribute('href'))!)
  expect(await other.page.locator('[name=teamName]').inputValue()).toBe('Lions of Salem')
  await other.close()
})
