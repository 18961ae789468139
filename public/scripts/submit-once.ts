/** A form that was sent is not sent again by an impatient second press: its buttons are busy until the answer is here. */
import { onHtmx } from './htmx.ts'

/** The server answers a repeat with the first answer, so a button may come back when no answer ever does. */
const BUSY_MAX_MS = 20_000

const busy = new Map<HTMLFormElement, () => void>()

document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement
  if (event.defaultPrevented || form.method !== 'post') return
  if (busy.has(form)) {
    event.preventDefault()
    return
  }
  const { submitter } = event
  // What opens elsewhere leaves this page as it is, to be pressed again.
  if (submitter?.getAttribute('formtarget')) return
  busy.set(form, () => {})
  // A disabled button would be missing from the form's data, which is put together after this event.
  setTimeout(() => hold(form, submitter))
})

onHtmx('htmx:before:request', ({ sourceElement, request }) => {
  if (sourceElement instanceof HTMLFormElement && request.method === 'POST') hold(sourceElement, request.submitter)
})

onHtmx('htmx:finally:request', ({ request, keepIndicators }) => {
  if (request.form && !keepIndicators) busy.get(request.form)?.()
})

window.addEventListener('pageshow', () => {
  for (const release of [...busy.values()]) release()
})

function hold(form: HTMLFormElement, submitter: HTMLElement | null | undefined): void {
  const buttons = [...form.elements].filter((element) => element instanceof HTMLButtonElement && !element.disabled)
  const label = submitter?.querySelector('[data-button-label]')
  const words = label?.textContent ?? ''
  for (const button of buttons as HTMLButtonElement[]) button.disabled = true
  submitter?.setAttribute('aria-busy', 'true')
  if (label && submitter?.dataset.busyLabel) label.textContent = submitter.dataset.busyLabel
  const timer = setTimeout(release, BUSY_MAX_MS)
  busy.set(form, release)

  function release(): void {
    clearTimeout(timer)
    busy.delete(form)
    for (const button of buttons as HTMLButtonElement[]) button.disabled = false
    submitter?.removeAttribute('aria-busy')
    if (label) label.textContent = words
  }
}
