import type { CDPSession, Page } from 'playwright-core'
import type { RegistrationBody } from '#src/registration/model.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'

type Contact = RegistrationBody['captain']

/** Types a whole registration into the form, as a person goes through it. */
export async function fillForm(page: Page, registration: RegistrationBody): Promise<void> {
  await page.getByLabel('Team name').fill(registration.teamName)
  await page.locator('[name=clubName]').fill(registration.clubName)
  for (const whose of ['captain', 'viceCaptain'] as const)
    for (const field of ['name', 'email', 'phone'] satisfies (keyof Contact)[])
      await page.locator(`[name="${whose}.${field}"]`).fill(registration[whose][field])
  for (const [index, { name, role }] of registration.players.entries()) {
    await page.locator(`[name="players.p${index + 1}.name"]`).fill(name)
    await page.locator(`[name="players.p${index + 1}.role"]`).selectOption(role ?? '')
  }
}

/** A letter or a photograph for each place, every one different. */
export function sampleFile(slot: string, bytes = 4000): { name: string; mimeType: string; buffer: Buffer } {
  const isLetter = slot.startsWith('team.')
  return {
    name: `${slot}.${isLetter ? 'pdf' : 'jpg'}`,
    mimeType: isLetter ? 'application/pdf' : 'image/jpeg',
    buffer: Buffer.from(isLetter ? samplePdf(bytes, slot) : sampleJpeg(bytes, slot)),
  }
}

export const choose = (page: Page, slot: string, bytes?: number): Promise<void> =>
  page.locator(`input[type=file][name="${slot}"]`).setInputFiles(sampleFile(slot, bytes))

export const sendButton = (page: Page) => page.locator('button[data-waiting-label]')
export const heldFiles = (page: Page) => page.locator('.held-file')
export const focusedId = (page: Page) => page.evaluate<string>('document.activeElement.id')

type Connection = { offline?: boolean; bytesPerSecond?: number; latencyMs?: number }

/** Sets how well a page is connected from now on; for its whole life through the one session. */
export async function connectionOf(page: Page): Promise<{ set(connection: Connection): Promise<void> }> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  return {
    set: ({ offline = false, bytesPerSecond = -1, latencyMs = 0 }) =>
      session
        .send('Network.emulateNetworkConditions', {
          offline,
          latency: latencyMs,
          downloadThroughput: bytesPerSecond,
          uploadThroughput: bytesPerSecond,
        })
        .then(() => undefined),
  }
}
