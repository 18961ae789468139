import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { type OpenedPage, openPage } from '#test/support/browser.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { captain, fieldsOf } from '../captain.ts'
import { choose, connectionOf, focusedId, sendButton } from './captains-phone.ts'
import { setStage } from './stage.ts'

const LETTER = { 'team.pastor_letter': { name: 'letter.pdf', content: samplePdf() } }

const stage = setStage()
let opened: OpenedPage
let page: Page
/** In the form that is open, with the one document it must have. */
let registration: ReturnType<typeof aRegistration>
beforeEach(async () => {
  registration = aRegistration()
  const writer = captain(stage.app.url)
  await writer.open()
  await writer.post('/register/draft', fieldsOf(registration), { files: LETTER })
  opened = await openPage(stage.browser, `${stage.app.url}/draft/${writer.token()}`)
  page = opened.page
})
afterEach(() => opened.close())

const field = (name: string) => page.locator(`[name="${name}"]`)
/** The codes that the answer shows. */
async function answered(on: Page): Promise<string[]> {
  await on.locator('.code-words').first().waitFor()
  return on.locator('.code-words').allTextContents()
}
const told = () => page.locator('[data-request-status]:visible').textContent()
const countTeams = async (name: string) =>
  (await stage.app.ctx.db.read`select count(*)::int as teams from teams where name = ${name}`)[0]!.teams as number
/** How often the form was sent so far. */
const countSent = () => {
  let sent = 0
  page.on('request', (request) => {
    if (request.method() === 'POST' && new URL(request.url()).pathname === '/register') sent += 1
  })
  return () => sent
}

test('what is wrong is summed up where the focus goes; each line leads to its field and leaves when that is put right', async () => {
  await field('teamName').fill('')
  await field('players.p4.name').fill('')
  await sendButton(page).click()
  await page.locator('[data-error-summary]').waitFor()
  expect(await focusedId(page)).toBe('error-summary')
  await page.getByRole('link', { name: 'Player 4: Please enter a name.' }).click()
  expect(await focusedId(page)).toBe('players-p4-name')
  await page.keyboard.type('Deepak')
  await field('teamName').fill(registration.teamName)
  await page.locator('[data-error-summary] li').first().waitFor()
  await field('captain.name').focus()
  await page.locator('[data-error-summary]').waitFor({ state: 'detached' })
  await sendButton(page).click()
  await answered(page)
})

test('Enter in a field sends the form rather than removing something', async () => {
  await field('captain.name').fill('')
  await field('teamName').fill('Lions')
  await field('teamName').press('Enter')
  await page.locator('[data-error-summary]').waitFor()
  expect(await page.locator('[name=row]').count()).toBe(11)
  expect(await field('teamName').inputValue()).toBe('Lions')
})

test('a hurried second press sends nothing, and the answer is shown once', async () => {
  const sent = countSent()
  await sendButton(page).dblclick()
  await answered(page)
  expect(sent()).toBe(1)
  expect(await countTeams(registration.teamName)).toBe(1)
})

test('without a connection, or when the server fails or asks to wait, all stays as it is and can be sent again', async () => {
  const connection = await connectionOf(page)
  await connection.set({ offline: true })
  await sendButton(page).click()
  expect(await told()).toContain('No connection. Nothing you entered is lost')
  await connection.set({})
  const failures: [number, Record<string, string>, string][] = [
    [502, {}, 'That did not come through. Nothing you entered is lost'],
    [429, { 'retry-after': '17' }, 'please try again in 17 seconds'],
  ]
  for (const [status, headers, sentence] of failures) {
    await page.route(/\/register$/, (route) => route.fulfill({ status, headers, body: '<h1>Gateway</h1>' }), {
      times: 1,
    })
    await sendButton(page).click()
    await page.locator('[data-request-status]', { hasText: sentence }).waitFor()
  }
  // Our own refusals are told in their own words, and nothing takes the form's place.
  const held = page.locator('[name=draft]')
  const token = await held.inputValue()
  await held.evaluate((input) => input.setAttribute('value', 'nonsense'))
  await sendButton(page).click()
  await page.locator('[data-request-status]', { hasText: 'There is no such form.' }).waitFor()
  await held.evaluate((input, value) => input.setAttribute('value', value), token)

  expect(await field('players.p11.name').inputValue()).toBe(registration.players[10]!.name)
  await sendButton(page).click()
  await answered(page)
  expect(await countTeams(registration.teamName)).toBe(1)
})

test('a file on its way when the form is sent is waited for', async () => {
  const sent = countSent()
  const gate = Promise.withResolvers<void>()
  await page.route(/\/register\/files$/, async (route) => {
    await gate.promise
    await route.continue()
  })
  await choose(page, 'team.group_photo')
  await sendButton(page).click()
  await page.getByRole('button', { name: 'Waiting for your files' }).waitFor()
  await sendButton(page).click()
  expect(sent()).toBe(0)
  gate.resolve()
  await answered(page)
  const documents = await stage.app.ctx.db.read`
    select d.kind from documents d join teams t on t.id = d.team_id where t.name = ${registration.teamName} order by d.kind`
  expect(documents.map(({ kind }) => kind)).toEqual(['group_photo', 'pastor_letter'])
})

test('a file that could not be sent is told of before the form goes without it', async () => {
  const sent = countSent()
  await page.route(/\/register\/files$/, (route) => route.fulfill({ status: 403, body: 'Not here.' }))
  await choose(page, 'team.group_photo')
  await page.locator('[data-upload-state=failed]:visible').waitFor()
  await sendButton(page).click()
  expect(await told()).toContain('A file could not be sent.')
  expect(sent()).toBe(0)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await sendButton(page).click()
  await answered(page)
})

test('a second tab of the same form is led to the answer as soon as it saves', async () => {
  const second = await openPage(stage.browser, page.url(), { context: opened.context })
  await second.page.locator('.held-file').waitFor()
  await sendButton(page).click()
  const codes = await answered(page)
  await second.page.locator('[name=teamName]').fill('Other words')
  expect(await answered(second.page)).toEqual(codes)
  expect(await countTeams(registration.teamName)).toBe(1)
})

test('the answer outlives a reload; back from it there is a fresh form', async () => {
  await page.getByRole('button', { name: 'Save and go on later' }).click()
  await page.locator('#kept:focus').waitFor()
  await page.goto(`${stage.app.url}/register`)
  await sendButton(page).click()
  const codes = await answered(page)
  await page.reload()
  expect(await answered(page)).toEqual(codes)
  await page.goBack()
  await page.waitForURL(/\/register$/)
  await page.reload()
  expect(await field('teamName').inputValue()).toBe('')
})
