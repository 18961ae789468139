import { expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { openPage } from '#test/support/browser.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { choose, connectionOf, fillForm, heldFiles, sampleFile, sendButton } from './captains-phone.ts'
import { setStage } from './stage.ts'

const FILE_BYTES = 250_000
/** A weak mobile network. */
const THROTTLED = { bytesPerSecond: 1_000_000, latencyMs: 80 }
/** So slow that some of twelve files are on their way whenever the connection goes. */
const WEAKEST = { ...THROTTLED, bytesPerSecond: 200_000 }
/** For all files together, on a machine that is busy besides. */
const UPLOADED_WITHIN = { timeout: 40_000 }
const TEAM_SLOTS = ['team.pastor_letter', 'team.payment_receipt', 'team.group_photo']
const PLAYER_SLOTS = Array.from({ length: 11 }, (_, index) => [
  `players.p${index + 1}.aadhar`,
  `players.p${index + 1}.subscription`,
]).flat()
const SLOTS = [...TEAM_SLOTS, ...PLAYER_SLOTS]

const stage = setStage()

/** The team of this name as the database has it, with the bytes of each document as the disk has them. */
async function registered(name: string) {
  const [team] = await stage.app.ctx.db.read<{ id: string; players: number }[]>`
    select id, player_count as players from teams where name = ${name}`
  const documents = await stage.app.ctx.db.read<{ slot: string; tournament_id: string; name: string }[]>`
    select case when p.id is null then 'team.' else 'players.p' || p.position || '.' end || d.kind as slot, f.tournament_id, f.name
    from documents d join files f on f.id = d.file_id left join players p on p.id = d.player_id where d.team_id = ${team!.id}`
  const stored = await Promise.all(
    documents.map(async ({ slot, tournament_id, name }) => {
      const content = await stage.app.ctx.files.open(tournament_id, name)
      return [slot, Buffer.from(await content.bytes())] as const
    }),
  )
  return { players: team!.players, stored: new Map(stored) }
}

async function expectEverything(name: string, bytes?: number): Promise<void> {
  const { players, stored } = await registered(name)
  expect(players).toBe(11)
  expect([...stored.keys()].sort()).toEqual([...SLOTS].sort())
  for (const slot of SLOTS) expect(stored.get(slot)!.equals(sampleFile(slot, bytes).buffer)).toBe(true)
}

const codes = (page: Page) => page.locator('.code-words').allTextContents()

test('a phone on a weak network fills the whole form, loses the network, closes the tab, comes back and finishes', async () => {
  const registration = aRegistration()
  const { page, context, close } = await openPage(stage.browser, `${stage.app.url}/register`, { viewport: 'phone' })
  const connection = await connectionOf(page)
  await connection.set(WEAKEST)
  await fillForm(page, { ...registration, players: registration.players.slice(0, 6) })
  for (const slot of SLOTS.slice(0, 12)) await choose(page, slot, FILE_BYTES)
  await heldFiles(page).nth(3).waitFor(UPLOADED_WITHIN)

  await connection.set({ offline: true })
  await page.locator('[data-upload-state=offline]:visible').first().waitFor()
  const arrived = await heldFiles(page).count()
  expect(arrived).toBeLessThan(12)
  await page.locator('[name="players.p7.name"]').fill(registration.players[6]!.name)
  await page.locator('[name="players.p8.name"]').focus()
  await page.locator('[data-save-status][data-state=retrying]').waitFor()
  await connection.set(THROTTLED)
  await heldFiles(page).nth(11).waitFor(UPLOADED_WITHIN)
  await page.locator('[data-save-status][data-state=saved]').waitFor({ state: 'attached' })
  await page.close()

  const again = await openPage(stage.browser, `${stage.app.url}/register`, { context })
  expect(await heldFiles(again.page).count()).toBe(12)
  expect(await again.page.locator('[name="players.p7.name"]').inputValue()).toBe(registration.players[6]!.name)
  await (await connectionOf(again.page)).set(THROTTLED)
  await fillForm(again.page, registration)
  for (const slot of SLOTS.slice(12)) await choose(again.page, slot, FILE_BYTES)
  await sendButton(again.page).click()
  await again.page.waitForURL(/\/draft\//, UPLOADED_WITHIN)
  expect(await again.page.getByRole('heading', { level: 1 }).textContent()).toBe('Registration received')
  expect(await codes(again.page)).toEqual([expect.stringMatching(/^[0-9A-Z]{8}$/), expect.stringMatching(/^\d{6}$/)])
  await expectEverything(registration.teamName, FILE_BYTES)
  await close()
})

test('a browser without script does the whole thing, a mistake, a row too few and a file too many included', async () => {
  const registration = aRegistration()
  const { page, complaints, close } = await openPage(stage.browser, `${stage.app.url}/register`, { hasScript: false })
  const submit = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).click()
    await page.waitForLoadState()
  }
  await submit('Remove Player 11')
  await fillForm(page, { ...registration, teamName: '', players: registration.players.slice(0, 10) })
  for (const slot of SLOTS.slice(0, 23)) await choose(page, slot)
  await page
    .locator('input[name="team.group_photo"]')
    .setInputFiles({ ...sampleFile('team.x'), buffer: Buffer.from('no') })
  await submit('Send registration')
  expect(await page.locator('[data-error-summary] li').allTextContents()).toEqual([
    'Team name: Please enter a name.',
    'Players: A squad has 11 to 15 players; there are 10.',
    'Only PDF, PNG, JPEG, WebP and HEIC files are taken.',
  ])
  expect(await heldFiles(page).count()).toBe(22)

  await page.getByLabel('Team name').fill(registration.teamName)
  await submit('Add a player')
  await submit('Save and go on later')
  expect(await page.locator('#kept a').getAttribute('href')).toMatch(/\/draft\/[\w-]{43}$/)
  const last = registration.players[10]!
  const row = await page.locator('[name=row]').last().inputValue()
  await page.locator(`[name="players.${row}.name"]`).fill(last.name)
  await choose(page, 'team.group_photo')
  for (const kind of ['aadhar', 'subscription'])
    await page.locator(`[name="players.${row}.${kind}"]`).setInputFiles(sampleFile(`players.p11.${kind}`))
  await submit('Remove Payment receipt')
  await choose(page, 'team.payment_receipt')
  await submit('Send registration')
  expect(page.url()).toContain('/draft/')
  expect(await codes(page)).toHaveLength(2)
  await expectEverything(registration.teamName)
  expect(complaints.filter((complaint) => !complaint.includes('422'))).toEqual([])
  await close()
})
