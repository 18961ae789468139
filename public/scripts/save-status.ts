/**
 * Says in a form's `[data-save-status]` whether its draft is kept, and sees that it will be: what htmx could not send is asked for again
 * by `draft:changed`, after growing waits and when the connection is back. The sentences are the element's own `data-…`.
 */
import { type HtmxContext, isRefusal, onHtmx, wasReplaced } from './htmx.ts'

const RETRY_FIRST_MS = 2000
const RETRY_LONGEST_MS = 60_000
const RETRIES_MAX = 8

type State = 'saving' | 'saved' | 'retrying' | 'failed'
type Retry = { tries: number; timer?: ReturnType<typeof setTimeout> }

const retries = new Map<HTMLFormElement, Retry>()

onHtmx('htmx:before:request', (context) => {
  const form = savingForm(context)
  if (form) show(form, 'saving')
})

onHtmx('htmx:finally:request', (context) => {
  const form = savingForm(context)
  if (!form || wasReplaced(context)) return
  const status = context.response?.status
  if (status === undefined || status === 408 || status === 429 || status >= 500) {
    retry(form)
    return
  }
  forget(form)
  // An answer that tells what is wrong in the form comes after it was kept.
  show(form, isRefusal(context) ? 'failed' : 'saved')
})

window.addEventListener('online', () => {
  for (const form of [...retries.keys()]) {
    forget(form)
    askAgain(form)
  }
})

window.addEventListener('beforeunload', (event) => {
  if (retries.size > 0) event.preventDefault()
})

document.addEventListener('submit', (event) => {
  if (!event.defaultPrevented) forget(event.target as HTMLFormElement)
})

function retry(form: HTMLFormElement): void {
  const { tries, timer } = retries.get(form) ?? { tries: 0 }
  clearTimeout(timer)
  show(form, tries < RETRIES_MAX ? 'retrying' : 'failed')
  if (tries >= RETRIES_MAX) return
  const waitMs = Math.min(RETRY_FIRST_MS * 2 ** tries, RETRY_LONGEST_MS)
  retries.set(form, { tries: tries + 1, timer: setTimeout(() => askAgain(form), waitMs) })
}

function askAgain(form: HTMLFormElement): void {
  if (form.isConnected) form.dispatchEvent(new CustomEvent('draft:changed', { bubbles: true }))
  else forget(form)
}

function forget(form: HTMLFormElement): void {
  clearTimeout(retries.get(form)?.timer)
  retries.delete(form)
}

function show(form: HTMLFormElement, state: State): void {
  const status = form.querySelector<HTMLElement>('[data-save-status]')
  if (!status) return
  // Heard when it changes, rather than after every pause in typing.
  status.ariaLive = state === 'saving' || state === status.dataset.told ? 'off' : 'polite'
  if (state !== 'saving') status.dataset.told = state
  status.dataset.state = state
  status.textContent = status.dataset[state] ?? ''
}

function savingForm({ sourceElement, request }: HtmxContext): HTMLFormElement | undefined {
  const form = sourceElement.closest('form')
  return form && request.method !== 'GET' && form.querySelector('[data-save-status]') ? form : undefined
}
