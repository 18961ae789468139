import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { BROWSER_TEST_MAX_MS, launchBrowser, type OpenedPage, openPage } from '#test/support/browser.ts'
import { FILE_FIELDS } from '#views/dev/samples.ts'
import { renderFragment } from '#views/layouts/render.ts'
import { FileField, type FileFieldProps } from '#views/parts/file-field.tsx'
import { document, serveParts } from './parts-server.ts'

const LETTER = 'documents.pastor_letter'
const LETTER_FIELD = '#documents-pastor-letter-field'
const SENT_AT_ONCE_MAX = 2

type Received = { parts: string[]; draft: string; slot: string; fileName: string }

setDefaultTimeout(BROWSER_TEST_MAX_MS)

let browser: Browser
let served: Awaited<ReturnType<typeof serveParts>>
let opened: OpenedPage
let received: Received[]
let answer: (upload: Received) => Response | Promise<Response>

beforeAll(async () => {
  browser = await launchBrowser()
  served = await serveParts({ handlers: { '/dev/upload': receive, '/dev/form': receiveForm } })
})

afterAll(async () => {
  await browser.close()
  await served.stop()
})

beforeEach(async () => {
  await opened?.close()
  received = []
  answer = ({ slot, fileName }) => document(fileField({ name: slot, file: { name: fileName, bytes: 2048 } }))
  opened = await openPage(browser, served.url)
})

async function receive(request: Request): Promise<Response> {
  const form = await request.formData()
  const file = form.get('file') as File
  const upload = {
    parts: [...form.keys()],
    draft: String(form.get('draft')),
    slot: String(form.get('slot')),
    fileName: file.name,
  }
  received.push(upload)
  return await answer(upload)
}

async function receiveForm(request: Request): Promise<Response> {
  const form = await request.formData()
  const named = [...form.keys()].filter((name) => {
    const value: unknown = form.get(name)
    return value instanceof File && value.size > 0
  })
  return document(`<title>Sent</title><p id="sent">${named.join(' ')}</p>`)
}

const fileField = (props: Partial<FileFieldProps>) => renderFragment(FileField({ ...FILE_FIELDS[0]!, ...props }))

const choose = (page: Page, name: string, bytes = 2048) =>
  page.setInputFiles(`input[type=file][name="${name}"]`, {
    name: `${name}.pdf`,
    mimeType: 'application/pdf',
    buffer: Buffer.alloc(bytes, 1),
  })

test('a file is sent as it is chosen: draft, slot, file; its field then shows it held, and the form does not send it again', async () => {
  const { page, complaints } = opened
  await choose(page, LETTER)
  await page.waitForSelector(`${LETTER_FIELD} .held-file`)
  expect(received).toEqual([
    { parts: ['draft', 'slot', 'file'], draft: 'sample-draft', slot: LETTER, fileName: `${LETTER}.pdf` },
  ])
  expect(await page.textContent('[data-upload-announcer]')).toBe('Pastor’s letter: received.')
  await page.evaluate('document.querySelector("#documents form").noValidate = true')
  await page.click('#documents button.btn-primary:enabled')
  expect(await page.textContent('#sent')).toBe('')
  expect(complaints).toEqual([])
})

test('without script the form itself carries the file', async () => {
  const { page, close } = await openPage(browser, served.url, { hasScript: false })
  await choose(page, LETTER)
  await page.click('#documents button.btn-primary:enabled')
  expect(await page.textContent('#sent')).toBe(LETTER)
  expect(received).toEqual([])
  await close()
})

test('what the server refuses is said in the field, in its own words', async () => {
  const { page } = opened
  answer = ({ slot }) => document(fileField({ name: slot, error: 'This file is empty.' }), 422)
  await choose(page, LETTER)
  await page.waitForSelector(`${LETTER_FIELD} .field-error`)
  expect(await page.textContent(`${LETTER_FIELD} .field-error`)).toContain('This file is empty.')
  expect(await page.getAttribute(`${LETTER_FIELD} input`, 'aria-invalid')).toBe('true')
})

test('a refusal that is not about the field is shown, and the file can be sent again by hand', async () => {
  const { page } = opened
  const works = answer
  answer = () => document('<div role="alert">The draft is no longer valid.</div>', 410)
  await choose(page, LETTER)
  await page.waitForSelector(`${LETTER_FIELD} [data-upload-state=failed]:visible`)
  expect(await page.textContent(`${LETTER_FIELD} [data-upload-reason]`)).toBe('The draft is no longer valid.')
  answer = works
  await page.click(`${LETTER_FIELD} [data-upload-retry]`)
  await page.waitForSelector(`${LETTER_FIELD} .held-file`)
})

test('a server in trouble is asked again by itself', async () => {
  const works = answer
  answer = () => {
    answer = works
    return new Response('', { status: 503 })
  }
  await choose(opened.page, LETTER)
  await opened.page.waitForSelector(`${LETTER_FIELD} .held-file`)
  expect(received).toHaveLength(2)
})

test('without a connection the file waits, says so, and goes on by itself when there is one', async () => {
  const { page, context } = opened
  await context.setOffline(true)
  await choose(page, LETTER)
  await page.waitForSelector(`${LETTER_FIELD} [data-upload-state=offline]:visible`)
  expect(received).toEqual([])
  await context.setOffline(false)
  await page.waitForSelector(`${LETTER_FIELD} .held-file`)
  expect(received).toHaveLength(1)
})

test('a connection lost half-way is taken up again', async () => {
  const { page, context } = opened
  const works = answer
  const { promise: arrived, resolve: tellArrived } = Promise.withResolvers<void>()
  answer = () => {
    tellArrived()
    return new Promise(() => {})
  }
  await choose(page, LETTER)
  await arrived
  answer = works
  await context.setOffline(true)
  await page.waitForSelector(`${LETTER_FIELD} [data-upload-state=offline]:visible`)
  await context.setOffline(false)
  await page.waitForSelector(`${LETTER_FIELD} .held-file`)
})

test('too large a file is told before it is sent', async () => {
  const { page } = opened
  await choose(page, LETTER, FILE_FIELDS[0]!.maxBytes! + 1)
  await page.waitForSelector(`${LETTER_FIELD} [data-upload-state=refused]:visible`)
  expect(received).toEqual([])
  expect(await page.inputValue(`input[name="${LETTER}"]`)).toBe('')
})

test('two are under way at once, the others wait for their turn; a cancelled one makes place and frees its field', async () => {
  const { page } = opened
  const names = [LETTER, 'documents.group_photo', 'players[0].aadhar']
  answer = () => new Promise(() => {})
  for (const name of names) await choose(page, name)
  await page
    .locator('[data-upload-state=storing]:visible')
    .nth(SENT_AT_ONCE_MAX - 1)
    .waitFor()
  expect(await page.locator('[data-upload-state=queued]:visible').count()).toBe(names.length - SENT_AT_ONCE_MAX)
  await page.click(`${LETTER_FIELD} [data-upload-cancel]`)
  await page.locator('[data-upload-state=queued]:visible').waitFor({ state: 'hidden' })
  expect(await page.inputValue(`input[name="${LETTER}"]`)).toBe('')
  expect(await page.locator(`${LETTER_FIELD} .upload`).count()).toBe(0)
})

test('progress is shown as it is, and read out in steps', async () => {
  const { page, context } = opened
  const wire = await context.newCDPSession(page)
  await wire.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 400_000,
  })
  await page.evaluate(`
    window.shown = new Set(); window.readOut = new Set()
    new MutationObserver(() => {
      window.shown.add(document.querySelector('.upload progress')?.value)
      window.readOut.add(document.querySelector('[data-upload-announcer]').textContent)
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })`)
  await choose(page, LETTER, 1_000_000)
  await page.waitForSelector(`${LETTER_FIELD} .held-file`)
  expect(
    await page.evaluate<number>('[...window.shown].filter((value) => value > 0 && value < 100).length'),
  ).toBeGreaterThan(2)
  const readOut = await page.evaluate<string[]>('[...window.readOut].filter(Boolean)')
  expect(readOut.at(-1)).toBe('Pastor’s letter: received.')
  expect(readOut.length).toBeLessThanOrEqual(6)
})
