import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { h } from 'preact'
import { BROWSER_TEST_MAX_MS, launchBrowser, type OpenedPage, openPage } from '#test/support/browser.ts'
import { Page } from '#views/layouts/page.tsx'
import { renderFragment } from '#views/layouts/render.ts'
import { Button } from '#views/parts/button.tsx'
import { ErrorSummary } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { SaveStatus } from '#views/parts/save-status.tsx'
import { document, serveParts } from './parts-server.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

type Answer = () => Response | Promise<Response>

let browser: Browser
let served: Awaited<ReturnType<typeof serveParts>>
let opened: OpenedPage
let asked: string[]
let save: Answer
let send: Answer

beforeAll(async () => {
  browser = await launchBrowser()
  const record = (answer: () => Response | Promise<Response>) => async (request: Request) => {
    asked.push(`${new URL(request.url).pathname} ${await request.text()}`)
    return await answer()
  }
  served = await serveParts({
    page: draftPage(),
    handlers: { '/save': record(() => save()), '/section': record(() => save()), '/send': record(() => send()) },
  })
})

afterAll(async () => {
  await browser.close()
  await served.stop()
})

beforeEach(async () => {
  await opened?.close()
  asked = []
  save = () => new Response(null, { status: 204 })
  send = () => document('<title>Sent</title><h1>Sent</h1>')
  opened = await openPage(browser, served.url)
})

/** A form as the registration's: kept by htmx, sections validated as they are left, sent without it. */
function draftPage() {
  const saving = { 'hx-post': '/save', 'hx-trigger': 'draft:changed', 'hx-swap': 'none' }
  const checking = { 'hx-post': '/section', 'hx-trigger': 'section:left', 'hx-swap': 'none', 'data-section': 'team' }
  const swapping = { 'hx-post': '/send', 'hx-target': '#summary', 'hx-swap': 'innerHTML' }
  const send = Button({
    type: 'submit',
    kind: 'primary',
    busyLabel: 'Sending…',
    name: 'step',
    value: 'send',
    children: 'Send',
  })
  const draft = [
    h('div', checking, Field({ name: 'teamName', label: 'Team name' })),
    h('div', { 'data-section': 'captain' }, Field({ name: 'captain.name', label: 'Captain' })),
    SaveStatus(),
    send,
  ]
  return Page({
    title: 'Draft',
    children: [
      h('div', { id: 'summary' }),
      h('form', { method: 'post', action: '/send', ...saving }, draft),
      h('form', swapping, Button({ type: 'submit', children: 'Check' })),
    ],
  })
}

const status = () => opened.page.textContent('[data-save-status]')
const untilStatus = (state: string) => opened.page.waitForSelector(`[data-save-status][data-state=${state}]`)

test('a draft is kept when typing pauses, once, and the page says so', async () => {
  const { page, complaints } = opened
  await page.locator('#teamName').pressSequentially('Lions', { delay: 20 })
  await untilStatus('saved')
  expect(await status()).toBe('Draft saved')
  expect(asked).toEqual(['/save teamName=Lions&captain.name='])
  expect(complaints).toEqual([])
})

test('a section is reported when the focus leaves it after a change, not before and not without one', async () => {
  const { page } = opened
  await page.focus('#teamName')
  await page.focus('#captain-name')
  await page.fill('#teamName', 'Lions')
  expect(asked).toEqual([])
  await page.focus('#captain-name')
  await untilStatus('saved')
  expect(asked[0]).toStartWith('/section teamName=Lions')
})

test('a draft that could not be kept is announced, tried again by itself, and kept then', async () => {
  let isDown = true
  save = () => new Response('', { status: isDown ? 503 : 204 })
  await opened.page.fill('#teamName', 'Lions')
  await untilStatus('retrying')
  expect(await status()).toBe('Not saved yet. It will be tried again by itself.')
  expect(await opened.page.inputValue('#teamName')).toBe('Lions')
  isDown = false
  await untilStatus('saved')
  expect(asked).toHaveLength(2)
})

test('without a connection the draft is kept when it comes back', async () => {
  const { page, context } = opened
  await context.setOffline(true)
  await page.fill('#teamName', 'Lions')
  await untilStatus('retrying')
  await context.setOffline(false)
  await untilStatus('saved')
  expect(asked).toEqual(['/save teamName=Lions&captain.name='])
})

test('a save that is refused says that nothing was kept', async () => {
  save = () => document('<p>Gone</p>', 410)
  await opened.page.fill('#teamName', 'Lions')
  await untilStatus('failed')
  expect(await status()).toStartWith('Not saved.')
})

test('an impatient second press sends nothing twice, and the button says that it is busy', async () => {
  const { page } = opened
  const { promise, resolve } = Promise.withResolvers<void>()
  send = async () => {
    await promise
    return document('<title>Sent</title><h1>Sent</h1>')
  }
  await page.evaluate(`
    new MutationObserver(() => {
      const { disabled, ariaBusy, textContent } = document.querySelector('button.btn-primary')
      sessionStorage.seen = [disabled, ariaBusy, textContent].join(' ')
    }).observe(document.body, { subtree: true, attributes: true, childList: true, characterData: true })`)
  await page.dblclick('button.btn-primary', { noWaitAfter: true })
  resolve()
  await page.waitForSelector('h1')
  expect(await page.evaluate<string>('sessionStorage.seen')).toBe('true true Sending…')
  expect(asked).toEqual(['/send teamName=&captain.name=&step=send'])
})

test('back on the form after sending, its button works again', async () => {
  const { page } = opened
  await page.click('button.btn-primary')
  await page.waitForSelector('h1')
  await page.goBack()
  expect(await page.locator('button.btn-primary').isEnabled()).toBe(true)
  await page.click('button.btn-primary')
  await page.waitForSelector('h1')
  expect(asked).toHaveLength(2)
})

test('a summary of errors that is swapped in takes the focus, and again when the same comes back', async () => {
  const { page } = opened
  const errors = [{ field: 'teamName', message: 'A team of this name is already registered.' }]
  send = () => document(renderFragment(ErrorSummary({ errors })!), 422)
  for (const _ of ['first', 'again']) {
    await page.click('text=Check')
    await page.waitForSelector('[data-error-summary]:focus')
    await page.focus('#teamName')
  }
  expect(asked).toHaveLength(2)
})
