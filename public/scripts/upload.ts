/**
 * Sends a file as it is chosen: `<input type="file" data-upload-url>` in a form with a hidden `draft`. Multipart, in this order: `draft`,
 * `slot` (the input's name), `file`. The answer is the file field again (`[data-file-field]`), with the file held or with what is wrong,
 * and takes the field's place, so that the form does not send the file a second time; what it brings besides (`hx-swap-oob`) takes the
 * place of what has the same id. What cannot be sent waits, and is tried again. `upload:settled` tells of each that ends, however it ends.
 */
import { isHugePhoto, makeSmaller } from './downscale.ts'
import { onHtmx, parseHtml } from './htmx.ts'
import { onPhoto } from './upload-camera.ts'
import { awaitConnection, isAsking, stopAsking } from './upload-connection.ts'
import { attachPanel, emptyField, fieldOf, isWrong, replaceField, replaceOthers } from './upload-field.ts'
import { makePanel, type UploadPanel } from './upload-panel.ts'
import { sendFile } from './upload-request.ts'

const SENT_AT_ONCE_MAX = 2
const TRIES_MAX = 8
const RETRY_FIRST_MS = 1000
const RETRY_LONGEST_MS = 16_000
const MS_PER_SECOND = 1000

type Upload = {
  input: HTMLInputElement
  form: HTMLFormElement
  file: File
  fieldId: string
  panel: UploadPanel
  /** `offline`, `waiting` and `failed` go on by themselves when the connection is back, `refused` only when asked. */
  state: 'queued' | 'preparing' | 'sending' | 'offline' | 'waiting' | 'failed' | 'refused' | 'over'
  isPrepared: boolean
  tries: number
  request?: XMLHttpRequest
  timer?: ReturnType<typeof setTimeout>
}

const uploads = new Set<Upload>()
let isFormLeaving = false

document.addEventListener('change', ({ target }) => {
  const input = target as HTMLInputElement
  if (input.type === 'file' && input.dataset.uploadUrl && input.files?.[0]) choose(input, input.files[0])
})
onPhoto(choose)

window.addEventListener('online', wake)
window.addEventListener('offline', () => {
  for (const { state, request } of uploads) if (state === 'sending') request?.abort()
})
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake())
onHtmx('htmx:after:swap', () => {
  for (const { fieldId, panel } of uploads) attachPanel(fieldId, panel.element)
})
document.addEventListener('submit', (event) => {
  isFormLeaving = !event.defaultPrevented
})
window.addEventListener('pageshow', () => {
  isFormLeaving = false
})
window.addEventListener('beforeunload', (event) => {
  if (uploads.size > 0 && !isFormLeaving) event.preventDefault()
})

/** Chosen files that are on their way or will be, and those that have been given up until somebody asks. */
export function countUploads(): { going: number; failed: number } {
  const failed = [...uploads].filter(({ state }) => state === 'failed' || state === 'refused').length
  return { going: uploads.size - failed, failed }
}

function choose(input: HTMLInputElement, file: File): void {
  const { form } = input
  if (!form) return
  const fieldId = fieldOf(input)?.id ?? ''
  for (const earlier of uploads) if (earlier.fieldId === fieldId) drop(earlier)
  const panel = makePanel(form, {
    fileName: file.name,
    label: input.dataset.uploadLabel ?? '',
    onRetry: () => again(upload),
    onCancel: () => cancel(upload),
  })
  if (!panel) return
  const isPrepared = !isHugePhoto(file)
  const upload: Upload = { input, form, file, fieldId, panel, state: 'queued', isPrepared, tries: 0 }
  attachPanel(fieldId, panel.element)
  uploads.add(upload)
  if (isPrepared && isTooLarge(upload)) refuse(upload)
  send()
}

const maxBytesOf = ({ input }: Upload) => Number(input.dataset.maxBytes ?? Number.POSITIVE_INFINITY)
const isTooLarge = (upload: Upload) => upload.file.size > maxBytesOf(upload)

/** Starts what waits for its turn, as many at once as a weak connection bears. */
function send(): void {
  for (const upload of uploads) {
    if (upload.state !== 'queued') continue
    const going = [...uploads].filter(({ state }) => state === 'sending' || state === 'preparing').length
    if (isAsking()) upload.panel.show('offline')
    else if (going >= SENT_AT_ONCE_MAX) upload.panel.show('queued')
    else if (upload.isPrepared) start(upload)
    else void prepare(upload)
  }
}

async function prepare(upload: Upload): Promise<void> {
  upload.state = 'preparing'
  upload.panel.show('preparing')
  upload.file = await makeSmaller(upload.file, maxBytesOf(upload))
  upload.isPrepared = true
  if (upload.state !== 'preparing') return
  upload.state = 'queued'
  if (isTooLarge(upload)) refuse(upload)
  send()
}

function start(upload: Upload): void {
  const { panel } = upload
  upload.state = 'sending'
  panel.showPercent(0)
  panel.show('sending')
  upload.request = sendFile(upload, {
    onPercent: panel.showPercent,
    onSent: () => panel.show('storing'),
    onEnd: (request) => {
      if (upload.request === request) answer(upload, request)
      send()
    },
  })
}

function answer(upload: Upload, request: XMLHttpRequest): void {
  const { status } = request
  const fresh = parseHtml(request.responseText)
  const field = fresh.querySelector('[data-file-field]')
  if (field && status >= 200 && status < 500) {
    upload.panel.announce(isWrong(field) ? 'refused' : 'done')
    replaceField(upload.fieldId, field)
    drop(upload)
    replaceOthers(fresh)
    settle()
  } else if (status === 0) {
    lose(upload)
  } else if (status === 408 || status === 429 || status >= 500) {
    wait(upload, (Number(request.getResponseHeader('Retry-After')) || 0) * MS_PER_SECOND)
  } else {
    fail(upload, 'refused', fresh.textContent ?? '')
  }
}

/** No answer came: it goes on when there is a connection. One that is lost with every try is given up. */
function lose(upload: Upload): void {
  if (navigator.onLine && isLastTry(upload)) return
  upload.state = 'offline'
  upload.panel.show('offline')
  if (!isAsking()) upload.panel.announce('offline')
  void awaitConnection(sendLost, () => {
    for (const other of lost()) fail(other, 'failed')
  })
}

const lost = () => [...uploads].filter(({ state }) => state === 'offline')

function sendLost(): void {
  for (const upload of lost()) upload.state = 'queued'
  send()
}

/** The server has trouble, or asks to wait. */
function wait(upload: Upload, askedMs: number): void {
  if (isLastTry(upload)) return
  upload.state = 'waiting'
  upload.panel.show('waiting')
  const waitMs = Math.max(Math.min(RETRY_FIRST_MS * 2 ** (upload.tries - 1), RETRY_LONGEST_MS), askedMs)
  upload.timer = setTimeout(() => queue(upload), waitMs)
}

/** Counts a try that came to nothing; after the last one somebody has to ask for more. */
function isLastTry(upload: Upload): boolean {
  upload.tries += 1
  if (upload.tries >= TRIES_MAX) fail(upload, 'failed')
  return upload.tries >= TRIES_MAX
}

function fail(upload: Upload, state: 'failed' | 'refused', reason = ''): void {
  upload.state = state
  upload.panel.show('failed', reason.trim())
  upload.panel.announce('failed')
  settle()
}

/** Too large, also made smaller: the panel says so, and the form can go without it. */
function refuse(upload: Upload): void {
  uploads.delete(upload)
  emptyField(upload.fieldId)
  upload.panel.show('refused')
  upload.panel.announce('refused')
  settle()
}

function queue(upload: Upload): void {
  clearTimeout(upload.timer)
  upload.state = 'queued'
  send()
}

function again(upload: Upload): void {
  stopAsking()
  upload.tries = 0
  queue(upload)
  sendLost()
}

/** Back online, or back in sight: nobody needs to press anything. */
function wake(): void {
  for (const upload of uploads) if (['offline', 'waiting', 'failed'].includes(upload.state)) again(upload)
}

function cancel(upload: Upload): void {
  drop(upload)
  emptyField(upload.fieldId, { takesFocus: true })
  send()
  settle()
}

function drop(upload: Upload): void {
  clearTimeout(upload.timer)
  const { request } = upload
  upload.request = undefined
  upload.state = 'over'
  uploads.delete(upload)
  request?.abort()
  upload.panel.element.remove()
}

function settle(): void {
  document.dispatchEvent(new CustomEvent('upload:settled'))
}
