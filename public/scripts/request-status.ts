/**
 * Says in a form's `[data-request-status]` when what was pressed in it did not come through. An answer that is a refusal changes nothing
 * else on the page: what was typed stays. The sentences are the server's or the element's own `data-…`.
 */
import { type HtmxContext, isRefusal, onHtmx, sentenceOf, wasReplaced } from './htmx.ts'

type Sentence = 'offline' | 'failed' | 'wait' | 'files'

onHtmx('htmx:before:request', (context) => {
  const form = pressedIn(context)
  if (form) hideRequestStatus(form)
})

onHtmx('htmx:before:swap', (context, event) => {
  if (statusOf(context.request.form) && isRefusal(context)) event.preventDefault()
})

onHtmx('htmx:finally:request', (context) => {
  const form = pressedIn(context)
  if (!form || wasReplaced(context)) return
  const { response } = context
  const seconds = response?.headers.get('Retry-After')
  if (!response) showRequestStatus(form, 'offline')
  else if (response.status === 429 && seconds) showRequestStatus(form, 'wait', { seconds })
  else if (isRefusal(context)) showRequestStatus(form, 'failed', { instead: sentenceOf(context) })
})

export function showRequestStatus(
  form: HTMLFormElement,
  sentence: Sentence,
  { seconds = '', instead }: { seconds?: string; instead?: string } = {},
): void {
  const status = statusOf(form)
  const words = status?.querySelector('[data-request-words]')
  if (!status || !words) return
  words.textContent = instead ?? (status.dataset[sentence] ?? '').replace('{seconds}', seconds)
  status.hidden = false
}

export function hideRequestStatus(form: HTMLFormElement): void {
  const status = statusOf(form)
  if (status) status.hidden = true
}

const statusOf = (form: HTMLFormElement | null | undefined) => form?.querySelector<HTMLElement>('[data-request-status]')

/** Saving and checking go on by themselves: `save-status.ts` speaks for them. */
const pressedIn = ({ sourceElement, request }: HtmxContext) =>
  sourceElement.matches('form, button') && request.method !== 'GET' ? request.form : undefined
