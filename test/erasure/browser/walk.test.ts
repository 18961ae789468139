import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { erasePerson } from '#src/erasure/service.ts'
import { SYSTEM } from '#src/permissions.ts'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  type OpenOptions,
  openPage,
  sidewaysPixels,
} from '#test/support/browser.ts'
import { aSquad } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { type SignedIn, send, signedIn, staffApp, upload } from '#test/support/staff.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

const { ctx, url, end } = await staffApp({ preset: 'icct26' })
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
const aPdf = (name: string) => new File([samplePdf(1500, name + Math.random())], name)
async function aTeamOf(name: string): Promise<string> {
  const [first, ...others] = aSquad(11)
  const own = await upload(
    url,
    'aadhar',
    aPdf('the_national_identity_card_of_somebody_with_a_long_name_scanned_twice.pdf'),
  )
  const players = [{ ...first!, name, documents: [own] }, ...others]
  const captain = { name, phone: '+919876512399', email: `${name.split(' ')[0]}@example.org` }
  return (await send(url, { captain, players, documents: [await upload(url, 'pastor_letter', aPdf('letter.pdf'))] })).id
}
const check = async (page: Page, complaints: string[]) =>
  expect([await axe(page), await sidewaysPixels(page), complaints]).toEqual([[], 0, []])

test('on the smallest screen, by the keyboard alone, a person is found, chosen, looked at and erased', async () => {
  const id = await aTeamOf('Vimala Devi')
  const { page, complaints, close } = await open('/admin/erasure', { viewport: 'small' })
  await check(page, complaints)
  await page.getByLabel('Name, phone or e-mail').focus()
  await page.keyboard.type('vimala')
  await page.keyboard.press('Enter')
  await page.waitForURL(/search/)
  await check(page, complaints)
  for (const box of await page.locator('[name=person]').all()) {
    await box.focus()
    await page.keyboard.press('Space')
  }
  await page.getByRole('button', { name: 'Show what would be erased' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/confirmation/)
  await check(page, complaints)
  expect(await page.locator('#documents li').allInnerTexts()).toHaveLength(1)
  await page.getByLabel('Type erase to confirm').focus()
  await page.keyboard.type('erase')
  await page.keyboard.press('Enter')
  await page.waitForURL(/done/)
  await page.getByText('It cannot be undone.').first().waitFor()
  await check(page, complaints)
  const [team] = await ctx.db.read`select captain_name from teams where id = ${id}`
  expect(team!.captain_name).toBe('Erased person')
  await close()
})

test('staff see of a team without its captain that it was erased, and no link to nobody', async () => {
  const id = await aTeamOf('Yazhini Mani')
  await erasePerson(ctx, SYSTEM, { refs: [`captain:${id}`], hasTeamDocuments: true })
  const { page, complaints, close } = await open(`/admin/registrations/${id}`, { viewport: 'small' })
  await check(page, complaints)
  await page.getByText('Erased person').first().waitFor()
  expect(
    await page
      .locator('a[href^="tel:"], a[href^="mailto:"], a[href*="wa.me"]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
  ).not.toContain('tel:')
  await page.getByText('when the person was erased').first().waitFor()
  await page.getByText('Emptied, as the person was erased').first().waitFor()
  expect(await page.getByText('did not reach the captain').count()).toBe(0)
  await close()
})
