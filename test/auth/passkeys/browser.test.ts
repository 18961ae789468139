import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { axe, BROWSER_TEST_MAX_MS, launchBrowser, openPage, sidewaysPixels } from '#test/support/browser.ts'
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

/** Passkeys are for names. */
const HERE = url.replace('127.0.0.1', 'localhost')

/** An authenticator in the device, whose owner is there and says yes. */
async function addAuthenticator(page: Page) {
  const devices = await page.context().newCDPSession(page)
  await devices.send('WebAuthn.enable')
  const { authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    passkeys: async () => (await devices.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    refuse: () => devices.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false }),
    accept: () => devices.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true }),
  }
}

async function signInByPassword(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

test('a passkey is added, is the second factor, and then both', async () => {
  const { email } = await signedIn(ctx, 'admin', 'Asha')
  const opened = await openPage(browser, `${HERE}/sign-in?next=/account/second-factor`, { viewport: 'small' })
  const { page, complaints, close } = opened
  const authenticator = await addAuthenticator(page)
  const expectSound = async () => {
    expect([page.url(), await axe(page)]).toEqual([page.url(), []])
    expect([page.url(), await sidewaysPixels(page)]).toEqual([page.url(), 0])
    expect(complaints.filter((text) => !text.includes('status of 422'))).toEqual([])
  }
  await expectSound()
  await signInByPassword(page, email)
  await page.waitForURL(/second-factor$/)
  await page.getByLabel('Name of the new passkey').fill('My phone')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByLabel('Ten codes').waitFor()
  expect(await authenticator.passkeys()).toMatchObject([{ rpId: 'localhost', isResidentCredential: true }])
  await page.getByRole('link', { name: 'I have kept them' }).click()
  await page.getByRole('button', { name: 'Remove My phone' }).waitFor()
  await expectSound()

  const signOut = async () => {
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(/sign-in$/)
  }
  await signOut()
  await signInByPassword(page, email)
  await page.waitForURL(/sign-in\/second-factor/)
  await expectSound()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.waitForURL(/\/admin$/)

  await signOut()
  await authenticator.refuse()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('No passkey was used').waitFor()
  await authenticator.accept()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.waitForURL(/\/admin$/)

  ctx.travel(10 * 60_000)
  await page.goto(`${HERE}/confirm?next=/account/second-factor`)
  await expectSound()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('button', { name: 'Remove My phone' }).click()
  await page.getByText('It is removed.').waitFor()
  await close()
})

test('one that was removed opens nothing', async () => {
  const { email } = await signedIn(ctx, 'admin', 'Bala')
  const { page, close } = await openPage(browser, `${HERE}/sign-in?next=/account/second-factor`)
  await addAuthenticator(page)
  await signInByPassword(page, email)
  await page.getByLabel('Name of the new passkey').fill('My phone')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByLabel('Ten codes').waitFor()
  await ctx.db.write`delete from passkeys`
  await page.goto(HERE)
  await page.context().clearCookies()
  await page.goto(`${HERE}/sign-in`)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('This passkey was not accepted').first().waitFor()
  await close()
})

test('where there are no passkeys, or no scripts, the page says so and keeps its other ways', async () => {
  const noScript = await openPage(browser, `${HERE}/sign-in`, { hasScript: false })
  await noScript.page.getByText('Passkeys need scripts').waitFor()
  expect(await noScript.page.getByRole('button', { name: 'Sign in with a passkey' }).isVisible()).toBe(false)
  await noScript.close()
  const byNumber = await openPage(browser, `${url}/sign-in`)
  expect(await byNumber.page.getByRole('button').allInnerTexts()).toEqual(['Sign in'])
  await byNumber.close()
})
