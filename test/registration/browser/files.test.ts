import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { axe, type OpenedPage, openPage, sidewaysPixels } from '#test/support/browser.ts'
import { paintJpeg, withExif } from '#test/support/pictures.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { choose, focusedId, heldFiles, sampleFile } from './captains-phone.ts'
import { setStage } from './stage.ts'

const MB = 1_048_576
const LONGEST_SIDE = 2560
const ARABIC = 'ا'.repeat(296)

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

const place = (slot: string) => page.locator(`input[type=file][name="${slot}"]`)
const put = (slot: string, name: string, mimeType: string, bytes: Uint8Array) =>
  place(slot).setInputFiles({ name, mimeType, buffer: Buffer.from(bytes) })

/** What the draft of the open form holds in a slot, as it was sent. */
async function stored(slot: string): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  const token = await page.locator('input[name=draft]').inputValue()
  const hash = new Bun.CryptoHasher('sha256').update(token).digest()
  const [row] = await stage.app.ctx.db.read<{ tournamentId: string; name: string; originalName: string }[]>`
    select f.tournament_id as "tournamentId", f.name, u.original_name as "originalName"
    from uploads u join files f on f.id = u.file_id join drafts d on d.id = u.draft_id
    where u.slot = ${slot} and d.token_hash = ${hash}`
  const content = await stage.app.ctx.files.open(row!.tournamentId, row!.name)
  return { name: row!.originalName, bytes: (await content.bytes()) as Uint8Array<ArrayBuffer> }
}

/** Fine grain, which JPEG cannot make small. */
const grain = (x: number, y: number) => {
  const mixed = Math.imul(Math.imul(x, 374_761_393) + Math.imul(y, 668_265_263), 1_274_126_177) >>> 24
  return [mixed, (mixed * 7) & 255, (x >> 4) & 255] as const
}

test('a huge photo is sent smaller: upright, without what its camera wrote', async () => {
  const photo = withExif(await paintJpeg(2800, 1600, grain), 6)
  expect(photo.length).toBeGreaterThan(2 * MB)
  await put('team.group_photo', 'DSC_0042.JPG', 'image/jpeg', photo)
  await heldFiles(page).waitFor({ timeout: 40_000 })
  const { name, bytes } = await stored('team.group_photo')
  expect(name).toBe('DSC_0042.jpg')
  expect(bytes.length).toBeLessThan(photo.length * 0.8)
  const { width, height, format } = await new Bun.Image(bytes).metadata()
  expect([format, height]).toEqual(['jpeg', LONGEST_SIDE])
  expect(width).toBeLessThan(height)
  expect(Buffer.from(bytes).includes('GPS 13.0827')).toBe(false)
})

test('a PDF, a photo of moderate size and what cannot be decoded are sent as they are', async () => {
  const pdf = samplePdf(3 * MB, 'as it is')
  const broken = Buffer.concat([sampleFile('players.p9.aadhar').buffer.subarray(0, 60), Buffer.alloc(2 * MB, 7)])
  const small = sampleFile('players.p1.aadhar', 100_000).buffer
  await put('team.pastor_letter', 'letter.pdf', 'application/pdf', pdf)
  await put('team.group_photo', 'broken.jpg', 'image/jpeg', broken)
  await put('players.p1.aadhar', 'card.jpg', 'image/jpeg', small)
  await heldFiles(page).nth(2).waitFor({ timeout: 40_000 })
  expect(Buffer.from(pdf).equals((await stored('team.pastor_letter')).bytes)).toBe(true)
  expect(broken.equals((await stored('team.group_photo')).bytes)).toBe(true)
  expect(small.equals((await stored('players.p1.aadhar')).bytes)).toBe(true)
})

test('a file is replaced by keyboard; the former one stays until the other is there, and stays if that is refused', async () => {
  await choose(page, 'players.p2.aadhar')
  await heldFiles(page).waitFor()
  const first = await stored('players.p2.aadhar')
  await heldFiles(page).focus()
  await page.keyboard.press('Tab')
  expect(await focusedId(page)).toBe('players-p2-aadhar-new')
  expect(await page.getByLabel('Replace National ID (Aadhaar)').count()).toBe(1)

  await put('players.p2.aadhar', 'words.txt', 'text/plain', Buffer.from('no'))
  await page.locator('#players-p2-aadhar-error').waitFor()
  expect(Buffer.from(first.bytes).equals((await stored('players.p2.aadhar')).bytes)).toBe(true)
  expect(await heldFiles(page).textContent()).toContain('players.p2.aadhar.jpg')

  const gate = Promise.withResolvers<void>()
  await page.route(/\/register\/files$/, async (route) => {
    await gate.promise
    await route.continue()
  })
  await put('players.p2.aadhar', 'the back as well.pdf', 'application/pdf', samplePdf(4000, 'back'))
  await page.locator('.upload').waitFor()
  expect(await heldFiles(page).textContent()).toContain('players.p2.aadhar.jpg')
  gate.resolve()
  await page.getByText('the back as well.pdf').and(page.locator('.held-file-name')).waitFor()
  expect(await page.locator('.upload, #players-p2-aadhar-error').count()).toBe(0)
  expect(await focusedId(page)).toBe('players-p2-aadhar')
  expect((await stored('players.p2.aadhar')).name).toBe('the back as well.pdf')
})

test('a phone may take a photo, or choose among its pictures and files; a desk has no camera button', async () => {
  const camera = page.getByRole('button', { name: 'Take a photo: Group photo' })
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), camera.click()])
  const attribute = (name: string) => chooser.element().getAttribute(name)
  expect([await attribute('capture'), await attribute('accept')]).toEqual(['environment', 'image/*'])
  await chooser.setFiles(sampleFile('players.p1.aadhar'))
  await heldFiles(page).waitFor()
  expect((await stored('team.group_photo')).name).toBe('players.p1.aadhar.jpg')

  expect(await page.locator('input[capture][name]').count()).toBe(0)
  const accepted = await place('team.pastor_letter').getAttribute('accept')
  for (const type of ['application/pdf', 'image/jpeg', 'image/heic']) expect(accepted).toContain(type)
  const desk = await openPage(stage.browser, `${stage.app.url}/register`, { viewport: 'desktop' })
  expect(await desk.page.getByRole('button', { name: /Take a photo/ }).count()).toBe(0)
  await desk.close()
})

test('many small files are read out once each: as they arrive', async () => {
  await page.evaluate(`
    window.readOut = []
    new MutationObserver(() => window.readOut.push(document.querySelector('[data-upload-announcer]').textContent))
      .observe(document.querySelector('[data-upload-announcer]'), { childList: true, characterData: true, subtree: true })`)
  const slots = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'].map((row) => `players.${row}.aadhar`)
  for (const slot of slots) await choose(page, slot)
  await heldFiles(page)
    .nth(slots.length - 1)
    .waitFor({ timeout: 40_000 })
  expect(await page.evaluate<string[]>('window.readOut')).toEqual(slots.map(() => 'National ID (Aadhaar): received.'))
})

test('a name of 300 Arabic characters stays within 320 pixels and runs as it is read, and axe finds nothing', async () => {
  await put('players.p3.aadhar', `${ARABIC}.pdf`, 'application/pdf', samplePdf())
  await put('team.pastor_letter', `${ARABIC}.pdf`, 'application/pdf', samplePdf())
  await heldFiles(page).nth(1).waitFor()
  await page.setViewportSize({ width: 320, height: 640 })
  expect(await sidewaysPixels(page)).toBe(0)
  const name = page.locator('.held-file-name').first()
  expect(await name.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl')
  expect(await axe(page)).toEqual([])
})

test('an empty file and one that is too large are told beside their fields', async () => {
  await put('team.pastor_letter', 'empty.pdf', 'application/pdf', new Uint8Array())
  await page.getByText('The file is empty. Please choose another one.').waitFor()
  expect(await focusedId(page)).not.toBe('body')
  await put('team.group_photo', 'scan.pdf', 'application/pdf', samplePdf(5.1 * MB))
  await page.getByText('The file is larger than allowed.').waitFor()
  expect(await page.locator('[data-upload-announcer]').textContent()).toBe(
    'Group photo: not taken. What is wrong stands beside it.',
  )
})
