/**
 * A form is sent when the files chosen in it have arrived: until then its button says that it waits (`data-waiting-label`), and after the
 * last file it goes on by itself. A file that could not be sent is told of first.
 */
import { hideRequestStatus, showRequestStatus } from './request-status.ts'
import { countUploads } from './upload.ts'

type Waiting = { form: HTMLFormElement; submitter: HTMLElement | null; release: () => void }
let waiting: Waiting | undefined

// Before htmx and all others hear of it.
document.addEventListener(
  'submit',
  (event) => {
    const form = event.target as HTMLFormElement
    const { going, failed } = countUploads()
    if (!form.querySelector('[data-upload-template]') || going + failed === 0) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (going === 0) tellOfFailed(form)
    else waiting ??= { form, submitter: event.submitter, release: showWaiting(form) }
  },
  { capture: true },
)

document.addEventListener('upload:settled', () => {
  const { going, failed } = countUploads()
  if (!waiting || going > 0) return
  const { form, submitter, release } = waiting
  waiting = undefined
  release()
  if (failed > 0) tellOfFailed(form)
  else if (form.isConnected) form.requestSubmit(submitter)
})

function showWaiting(form: HTMLFormElement): () => void {
  hideRequestStatus(form)
  const button = form.querySelector<HTMLElement>('[data-waiting-label]')
  const label = button?.querySelector('[data-button-label]')
  const words = label?.textContent ?? ''
  button?.setAttribute('aria-busy', 'true')
  if (label) label.textContent = button?.dataset.waitingLabel ?? words
  return () => {
    button?.removeAttribute('aria-busy')
    if (label) label.textContent = words
  }
}

function tellOfFailed(form: HTMLFormElement): void {
  showRequestStatus(form, 'files')
  form.querySelector<HTMLElement>('[data-upload-retry]:not([hidden])')?.focus()
}
