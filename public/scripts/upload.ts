/**
 * Sends a file as it is chosen: `<input type="file" data-upload-url>` in a form with a hidden `draft`. Multipart, in this order: `draft`,
 * `slot` (the input's name), `file`. The answer is the file field again (`[data-file-field]`), with the file held or with what is wrong,
 * and takes the field's place, so that the form does not send the file a second time; what it brings besides (`hx-swap-oob`) takes the
 * place of what has the same id. What cannot be sent waits, and is tried again. `upload:settled` tells of each that ends, however it ends.
 */
import { onHtmx, parseHtml, processWithHtmx } from './htmx.ts'
import { makePanel, type UploadPanel } from './upload-panel.ts'

const SENT_AT_ONCE_MAX = 2
const TRIES_MAX = 5
const RETRY_FIRST_MS = 1000
const RETRY_LONGEST_MS = 16_000
/** The server gives up a body that stands still for as long. */
const STALLED_MS = 30_000
const MS_PER_SECOND = 1000

type Upload = {
  input: HTMLInputElement
  form: HTMLFormElement
  file: File
  /** Fields are found anew by id: a swap may have replaced the one the file was chosen in. */
  fieldId: string
  panel: UploadPanel
  /** `failed` may go on by itself when the connection is back, `refused` only when asked. */
  state: 'queued' | 'sending' | 'offline' | 'waiting' | 'failed' | 'refused' | 'over'
  tries: number
  request?: XMLHttpRequest
  timer?: ReturnType<typeof setTimeout>
}

const uploads = new Set<Upload>()
let isFormLeaving = false

document.addEventListener('change', ({ target }) => {
  const input = target as HTMLInputElement
  if (input.type === 'file' && input.dataset.uploadUrl && input.files?.[0] && input.form) choose(input, input.files[0])
})

window.addEventListener('online', wake)
window.addEventListener('offline', () => {
  for (const { state, request } of uploads) if (state === 'sending') request?.abort()
})
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake())
onHtmx('htmx:after:swap', () => [...uploads].forEach(attach))
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
  const form = input.form!
  const fieldId = input.closest('[data-file-field]')?.id ?? ''
  for (const earlier of uploads) if (earlier.fieldId === fieldId) drop(earlier)
  const panel = makePanel(form, {
    fileName: file.name,
    label: input.dataset.uploadLabel ?? '',
    onRetry: () => again(upload),
    onCancel: () => cancel(upload),
  })
  if (!panel) return
  const upload: Upload = { input, form, file, fieldId, panel, state: 'queued', tries: 0 }
  attach(upload)
  const maxBytes = Number(input.dataset.maxBytes ?? Number.POSITIVE_INFINITY)
  if (file.size > maxBytes) {
    input.value = ''
    panel.show('refused')
    panel.announce('failed')
    return
  }
  uploads.add(upload)
  send()
}

/** Starts what waits for its turn, as many at once as a weak connection bears. */
function send(): void {
  for (const upload of uploads) {
    if (upload.state !== 'queued') continue
    const sending = [...uploads].filter(({ state }) => state === 'sending').length
    if (sending >= SENT_AT_ONCE_MAX) upload.panel.show('queued')
    else start(upload)
  }
}

function start(upload: Upload): void {
  const request = new XMLHttpRequest()
  upload.request = request
  upload.state = 'sending'
  upload.panel.showPercent(0)
  upload.panel.show('sending')
  const watch = () => {
    clearTimeout(upload.timer)
    upload.timer = setTimeout(() => request.abort(), STALLED_MS)
  }
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    watch()
    upload.panel.showPercent(total === 0 ? 0 : Math.floor((100 * loaded) / total))
  })
  request.upload.addEventListener('load', () => upload.panel.show('storing'))
  request.addEventListener('loadend', () => {
    clearTimeout(upload.timer)
    if (upload.request === request) answer(upload, request)
    send()
  })
  request.open('POST', upload.input.dataset.uploadUrl!)
  request.setRequestHeader('HX-Request', 'true')
  request.send(body(upload))
  watch()
}

function body({ form, input, file }: Upload): FormData {
  const body = new FormData()
  body.append('draft', form.querySelector<HTMLInputElement>('input[name="draft"]')?.value ?? '')
  body.append('slot', input.name)
  body.append('file', file)
  return body
}

function answer(upload: Upload, request: XMLHttpRequest): void {
  const { status } = request
  const fresh = parseHtml(request.responseText)
  const field = fresh.querySelector('[data-file-field]')
  if (field && status >= 200 && status < 500) {
    replaceField(upload, field)
    for (const other of fresh.querySelectorAll('[hx-swap-oob]')) replaceById(other)
    settle()
  } else if (status === 0 || status === 408 || status === 429 || status >= 500) {
    wait(upload, (Number(request.getResponseHeader('Retry-After')) || 0) * MS_PER_SECOND)
  } else {
    fail(upload, 'refused', fresh.textContent ?? '')
  }
}

/** Tries again by itself, a few times; without a connection as often as it takes (our own machine may be reached without one). */
function wait(upload: Upload, askedMs: number): void {
  if (!navigator.onLine) {
    upload.state = 'offline'
    upload.panel.show('offline')
    upload.timer = setTimeout(() => queue(upload), RETRY_LONGEST_MS)
    return
  }
  upload.tries += 1
  if (upload.tries >= TRIES_MAX) {
    fail(upload, 'failed')
    return
  }
  upload.state = 'waiting'
  upload.panel.show('waiting')
  const waitMs = Math.max(Math.min(RETRY_FIRST_MS * 2 ** (upload.tries - 1), RETRY_LONGEST_MS), askedMs)
  upload.timer = setTimeout(() => queue(upload), waitMs)
}

function fail(upload: Upload, state: 'failed' | 'refused', reason = ''): void {
  upload.state = state
  upload.panel.show('failed', reason.trim())
  upload.panel.announce('failed')
  settle()
}

function queue(upload: Upload): void {
  clearTimeout(upload.timer)
  upload.state = 'queued'
  send()
}

function again(upload: Upload): void {
  upload.tries = 0
  queue(upload)
}

/** Back online, or back in sight: nobody needs to press anything. */
function wake(): void {
  for (const upload of uploads) if (['offline', 'waiting', 'failed'].includes(upload.state)) again(upload)
}

function cancel(upload: Upload): void {
  drop(upload)
  const input = document.getElementById(upload.fieldId)?.querySelector<HTMLInputElement>('input[type="file"]')
  if (input) input.value = ''
  input?.focus()
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

function attach({ fieldId, panel }: Upload): void {
  const slot = document.getElementById(fieldId)?.querySelector('[data-upload-slot]')
  if (slot && !slot.contains(panel.element)) slot.replaceChildren(panel.element)
}

function replaceField(upload: Upload, fresh: Element): void {
  const old = document.getElementById(upload.fieldId)
  const hadFocus = old?.contains(document.activeElement) ?? false
  upload.panel.announce(fresh.querySelector('[aria-invalid="true"]') ? 'failed' : 'done')
  drop(upload)
  if (!old) return
  old.replaceWith(fresh)
  processWithHtmx(fresh)
  if (hadFocus) fresh.querySelector<HTMLElement>('.held-file, input')?.focus()
}

function replaceById(fresh: Element): void {
  fresh.removeAttribute('hx-swap-oob')
  document.getElementById(fresh.id)?.replaceWith(fresh)
}

function settle(): void {
  document.dispatchEvent(new CustomEvent('upload:settled'))
}
