import { expect, test } from 'bun:test'
import { axe, type OpenedPage, openPage, sidewaysPixels } from '#test/support/browser.ts'
import { addTestTournament } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { captain, fieldsOf } from '../captain.ts'
import { sendButton } from './captains-phone.ts'
import { setStage } from './stage.ts'

const LONG = 'Inter-Church Cricket Club of the Western and North-Western Districts, Tiruchirappalli'
const FILES = {
  'team.pastor_letter': {
    name: 'letter_of_the_pastor_without_any_space_in_its_very_long_name.pdf',
    content: samplePdf(),
  },
  'players.p2.aadhar': { name: 'அடையாள அட்டை.jpg', content: sampleJpeg() },
}

const stage = setStage()

const registration = () => aRegistration({ clubName: LONG.slice(0, 80) })
async function aDraft(about = {}): Promise<string> {
  const writer = captain(stage.app.url)
  await writer.open()
  await writer.post('/register/draft', fieldsOf({ ...registration(), ...about }), { files: FILES })
  return writer.token()
}

/** In each light and size, and as narrow as a page may be; nothing else is complained of. */
async function expectAccessible({ page, complaints }: OpenedPage): Promise<void> {
  const found: string[] = []
  for (const [width, height] of [
    [390, 844],
    [1280, 900],
  ] as const) {
    await page.setViewportSize({ width, height })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      found.push(...(await axe(page)).map((line) => `${width} ${colorScheme}: ${line}`))
    }
  }
  await page.setViewportSize({ width: 320, height: 640 })
  expect(found).toEqual([])
  expect(await sidewaysPixels(page)).toBe(0)
  expect(complaints.filter((complaint) => !/status of 4\d\d/.test(complaint))).toEqual([])
}

const PLACES: [name: string, path: () => Promise<string> | string][] = [
  ['the home page', () => '/'],
  ['the empty form', () => '/register'],
  ['the form filled in', async () => `/draft/${await aDraft()}`],
  ['the door of the entry page', () => '/entry'],
  ['a page that is not there', () => '/draft/nothing'],
]

for (const [name, path] of PLACES) {
  test(`axe finds nothing on ${name}, light and dark, on a phone and a desk, and it stays within 320 pixels`, async () => {
    const opened = await openPage(stage.browser, stage.app.url + (await path()))
    await expectAccessible(opened)
    await opened.close()
  })
}

test('axe finds nothing in the form with everything wrong in it, in its answer, and on the team’s page', async () => {
  const token = await aDraft({ captain: { name: '1', phone: '1', email: '1' }, teamName: '' })
  const opened = await openPage(stage.browser, `${stage.app.url}/draft/${token}`)
  const { page } = opened
  await page
    .locator('[name="players.p3.aadhar"]')
    .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('no') })
  await page.locator('#players-p3-aadhar-error').waitFor()
  await sendButton(page).click()
  await page.locator('[data-error-summary]').waitFor()
  await expectAccessible(opened)

  const { teamName, captain: mended } = registration()
  await page.locator('[name=teamName]').fill(teamName)
  for (const [field, value] of Object.entries(mended)) await page.locator(`[name="captain.${field}"]`).fill(value!)
  await sendButton(page).click()
  await page.waitForURL(/\/draft\/.*$/)
  await page.locator('.code-words').first().waitFor()
  await expectAccessible(opened)
  await page.getByRole('link', { name: 'Open our page' }).click()
  await page.waitForURL(/\/entry\//)
  await expectAccessible(opened)
  await opened.close()
})

test('axe finds nothing on the page of a tournament that is closed', async () => {
  await addTestTournament(stage.app.ctx, 'closed')
  await stage.app.ctx.db.write`update tournaments set closes_at = '2020-01-01' where slug = 'closed'`
  const opened = await openPage(stage.browser, `${stage.app.url}/t/closed/register`)
  await expectAccessible(opened)
  await opened.close()
})

test('the whole form is filled in and sent by keyboard alone', async () => {
  await addTestTournament(stage.app.ctx, 'open')
  const { page, close } = await openPage(stage.browser, `${stage.app.url}/t/open/register`, { viewport: 'desktop' })
  const typed = new Map(fieldsOf(registration()))
  const focused = () =>
    page.evaluate<{ name: string; tag: string; sends: boolean; isShown: boolean }>(`(() => {
      const element = document.activeElement
      const { top, bottom, height } = element.getBoundingClientRect()
      return { name: element.name ?? '', tag: element.tagName, sends: element.matches('[data-waiting-label]'),
        isShown: height === 0 || (bottom > 0 && top < innerHeight) }
    })()`)
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press('Tab')
    const { name, tag, sends, isShown } = await focused()
    expect(isShown).toBe(true)
    if (sends) break
    const value = typed.get(name)
    if (value) await page.keyboard.type(tag === 'SELECT' ? value.slice(0, 3) : value)
    typed.delete(name)
  }
  expect([...typed.keys()].filter((name) => name !== 'row' && name !== 'paymentReference')).toEqual([])
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/draft\//)
  expect(await page.locator('h1').textContent()).toBe('Registration received')
  await close()
})
