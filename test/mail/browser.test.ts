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
import type { SignedIn } from '#test/support/staff.ts'
import { openSendingDesk } from './mail-desk.ts'
import { post, register, untilState } from './post-office.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

let desk: Awaited<ReturnType<typeof openSendingDesk>>
let browser: Browser
let teamId: string
let failed: string
let sent: string

beforeAll(async () => {
  desk = await openSendingDesk()
  browser = await launchBrowser()
  const { ctx, server } = desk
  server.rules = {
    rcptTo: (address) => (address.startsWith('samuel') ? { code: 550, words: 'No such mailbox' } : undefined),
  }
  teamId = (await register(ctx, { teamName: 'நற்செய்தி வீரர்கள்' })).id
  failed = (await ctx.db.read`select id from mails where team_id = ${teamId}`)[0]!.id
  await untilState(ctx, failed, 'failed')
  server.rules = {}
  sent = await post(ctx, { teamId, kind: 'approved' })
  await untilState(ctx, sent, 'sent')
})
afterAll(async () => {
  await browser.close()
  await desk.end()
})

async function open(path: string, options: OpenOptions = {}, by: SignedIn = desk.people.admin) {
  const opened = await openPage(browser, `${desk.url}/sign-in`, options)
  await opened.context.addCookies([{ name: 'session', value: by.cookie.slice('session='.length), url: desk.url }])
  await opened.page.goto(desk.url + path)
  return opened
}

const PATHS = () => [
  '/admin/mail',
  '/admin/mail?q=nobody',
  `/admin/mail/${failed}`,
  `/admin/mail/${sent}?done=sent`,
  '/admin/mail/messages',
  '/admin/mail/messages/approved',
  '/admin/settings/mail',
  `/admin/registrations/${teamId}`,
  `/admin/registrations/${teamId}/links`,
  '/entry?asked',
]

test.each([
  ['small', 'light'],
  ['small', 'dark'],
  ['desktop', 'light'],
] as const)(
  'axe finds nothing on any page about mail, %s, %s, and nothing leaves the screen sideways',
  async (viewport, colorScheme) => {
    const { page, complaints, close } = await open('/admin/mail', { viewport, colorScheme })
    const found: unknown[] = []
    for (const path of PATHS()) {
      await page.goto(desk.url + path)
      const [faults, beyond] = [await axe(page), await sidewaysPixels(page)]
      if (faults.length > 0 || beyond > 0) found.push({ path, faults, beyond })
    }
    expect(found).toEqual([])
    expect(complaints).toEqual([])
    await close()
  },
)

test('words are changed on a phone: previewed in the frame, refused beside the field, saved, and given up', async () => {
  const { page, complaints, close } = await open('/admin/mail/messages/rejected', { viewport: 'small' })
  await page.fill('#body', 'Dear {captain_name},\n\nsorry for {team_name}.')
  await page.click('text=Show how it reads')
  await page.frameLocator('iframe').getByText('Dear Samuel Raj,').waitFor()
  expect(await page.inputValue('#body')).toStartWith('Dear {captain_name}')
  await page.fill('#subject', 'About {team}')
  await page.click('text=Show how it reads')
  await page.frameLocator('iframe').getByText('{team} stands for nothing here').waitFor()
  complaints.splice(0)
  await page.click('button:has-text("Save")')
  await page.waitForSelector('#subject-error')
  expect(await page.evaluate('document.activeElement.id')).toBe('error-summary')
  expect(await axe(page)).toEqual([])
  await page.fill('#subject', 'About {team_name}')
  await page.click('button:has-text("Save")')
  await page.waitForURL('**/rejected?done=saved')
  await page.click('text=Back to our words')
  await page.waitForURL('**/rejected?done=reset')
  await close()
})

test.each([true, false])('a message that did not arrive is passed on by hand (script: %p)', async (hasScript) => {
  const { page, context, complaints, close } = await open(`/admin/registrations/${teamId}`, {
    viewport: 'small',
    hasScript,
  })
  await page.click('#mails a:has-text("Registration received")')
  await page.waitForURL(`**/admin/mail/${failed}`)
  // Nothing outside is reached from here.
  await context.route('https://wa.me/**', (route) => route.fulfill({ status: 200, body: 'WhatsApp' }))
  const [opened] = await Promise.all([context.waitForEvent('page'), page.click('text=Open in WhatsApp')])
  await opened.waitForURL(/^https:\/\/wa\.me\/9198\d{8}\?text=Hello%20Samuel/)
  await opened.close()
  await page.click('text=Make a link and copy')
  await page.waitForSelector('text=Ready to pass on')
  expect(await page.inputValue('#message')).toContain(`${desk.url}/entry/`)
  expect(await page.isVisible('[data-copy]')).toBe(hasScript)
  if (hasScript) {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: desk.url })
    await page.click('[data-copy]')
    await page.waitForSelector('text=Copied.')
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(await page.inputValue('#message'))
    expect(await axe(page)).toEqual([])
  }
  expect(complaints).toEqual([])
  await close()
})
