import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  type OpenOptions,
  openPage,
  sidewaysPixels,
} from '#test/support/browser.ts'
import { addTestTournament } from '#test/support/context.ts'
import { PASSWORD, type SignedIn, signedIn } from '#test/support/staff.ts'
import { openAccounts } from './desk.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

let accounts: Awaited<ReturnType<typeof openAccounts>>
let browser: Browser
let owner: SignedIn
let late: SignedIn
let paths: string[]

beforeAll(async () => {
  accounts = await openAccounts()
  browser = await launchBrowser()
  const { ctx, send, linkTo, idOf } = accounts
  const other = (await addTestTournament(ctx, 'autumn'))!
  owner = await signedIn(ctx, 'owner', 'Meena')
  late = await signedIn(ctx, 'owner', 'Late')
  await ctx.db.write`update sessions set confirmed_at = null where id = ${late.actor.sessionId}`
  const long = 'a.very.long.address.of.somebody.who.helps.with.registration@cup.of.the.southern.districts.example.org'
  const helper = await accounts.addFor(other, 'reviewer', 'Helper')
  await send(owner, `/admin/staff/${helper}/roles`, { role: 'viewer', tournament: ctx.tournament.id })
  await send(owner, '/admin/staff', { email: long, role: 'viewer', tournament: other, sending: 'mail' })
  const gone = await accounts.addFor(other, 'viewer', 'Gone')
  await send(owner, `/admin/staff/${gone}/disabling`)
  await send(owner, '/account/email', { email: 'the.next.address.of.meena@districts.example.org' })
  await accounts.elsewhere(owner.actor.id)
  await accounts.programOf(owner.actor.id)
  await send(owner, `/admin/staff/${helper}/reset`, { sending: 'mail' })
  paths = [
    '/admin/staff',
    ...[helper, gone, owner.actor.id, await idOf(long)].map((id) => `/admin/staff/${id}`),
    '/account?done=email',
    '/account/sessions',
    await linkTo(long),
    '/password-reset',
    '/password-reset/sent',
    await linkTo('helper@example.org'),
    await linkTo(owner.email),
  ]
})
afterAll(async () => {
  await browser.close()
  await accounts.end()
})

async function open(path: string, options: OpenOptions = {}, by?: SignedIn) {
  const { url } = accounts
  const opened = await openPage(browser, `${url}/sign-in`, options)
  if (by) await opened.context.addCookies([{ name: 'session', value: by.cookie.slice('session='.length), url }])
  await opened.page.goto(url + path)
  return opened
}

test.each([
  ['small', 'light'],
  ['phone', 'dark'],
  ['desktop', 'light'],
] as const)(
  'axe finds nothing on any page about accounts, %s, %s, and nothing leaves the screen sideways',
  async (viewport, colorScheme) => {
    const { page, complaints, close } = await open('/admin/staff', { viewport, colorScheme }, owner)
    const found: unknown[] = []
    for (const path of paths) {
      await page.goto(accounts.url + path)
      const [faults, beyond] = [await axe(page), await sidewaysPixels(page)]
      if (faults.length > 0 || beyond > 0) found.push({ path, faults, beyond })
    }
    expect(found).toEqual([])
    expect(complaints).toEqual([])
    await close()
  },
)

test('an owner invites, the person accepts, and both see it, without script and by the keyboard', async () => {
  const staff = await open('/admin/staff', { hasScript: false }, owner)
  const { page } = staff
  await page.getByRole('link', { name: 'Invite somebody' }).click()
  await page.getByLabel('E-mail').fill('anita@example.org')
  await page.getByLabel('Role').selectOption('admin')
  await page.getByRole('button', { name: 'Show the link to copy' }).press('Enter')
  const address = await page.getByRole('textbox').inputValue()
  const invited = await openPage(browser, address, { hasScript: false })
  await invited.page.getByLabel('Your name').fill('Anita Joseph')
  await invited.page.getByLabel('Password').fill('short')
  await invited.page.getByLabel('Password').press('Enter')
  expect(await invited.page.getByLabel('Your name').inputValue()).toBe('Anita Joseph')
  await invited.page.getByLabel('Password').fill('seven umbrellas in a field')
  await invited.page.getByLabel('Password').press('Enter')
  expect(new URL(invited.page.url()).pathname).toBe('/admin')
  await invited.page.getByRole('link', { name: 'Staff', exact: true }).click()
  expect(await invited.page.getByRole('link', { name: 'Anita Joseph' }).count()).toBe(2)
  await page.goto(`${accounts.url}/admin/staff`)
  await page.getByRole('link', { name: 'Anita Joseph' }).click()
  await page.getByRole('button', { name: 'Disable the account' }).press('Enter')
  expect(await page.getByRole('status').first().textContent()).toContain('The account is disabled.')
  await invited.page.reload()
  expect(new URL(invited.page.url()).pathname).toBe('/sign-in')
  await invited.close()
  await staff.close()
})

test('who has not confirmed lately is led to it and back to the form', async () => {
  const { page, close } = await open('/admin/staff', {}, late)
  await page.getByRole('link', { name: 'Confirm that it is you' }).click()
  expect(new URL(page.url()).pathname).toBe('/confirm')
  await page.getByLabel('Password').fill('a rope for the marquee')
  await page.getByLabel('Password').press('Enter')
  await page.getByLabel('Role').waitFor()
  expect(new URL(page.url()).pathname).toBe('/admin/staff')
  await close()
})

test.each([true, false])(
  'an invitation sent when the ten minutes are over waits for who confirms (script: %p)',
  async (hasScript) => {
    const writer = await signedIn(accounts.ctx, 'owner', `Writer${hasScript}`)
    const email = `slow.${hasScript}@example.org`
    const { page, context, close } = await open('/admin/staff', { hasScript }, writer)
    await page.getByLabel('E-mail').fill(email)
    await accounts.ctx.db.write`update sessions set confirmed_at = null where id = ${writer.actor.sessionId}`
    await page.getByRole('button', { name: 'Show the link to copy' }).click()
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Confirm that it is you' }).click(),
    ])
    await tab.getByLabel('Password').fill(PASSWORD)
    await tab.getByRole('button', { name: 'Confirm' }).click()
    await tab.waitForURL('**/admin/staff')
    if (hasScript) await page.getByRole('button', { name: 'Send again' }).click()
    else await page.reload()
    await page.getByRole('heading', { name: 'A link for the invitation' }).waitFor()
    expect(await page.getByLabel('The link').inputValue()).toContain('/invitation/')
    expect(await accounts.idOf(email)).toBeString()
    await close()
  },
)
