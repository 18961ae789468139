/**
 * What a person types, or what file arrives, while an answer is on its way is newer than the answer: in a form whose draft is kept the
 * answer is given it before it takes its place.
 */
import { type HtmxTask, onHtmx } from './htmx.ts'

onHtmx('htmx:before:swap', ({ request }, { detail }) => {
  if (!request.form?.querySelector('[data-save-status]')) return
  for (const { fragment } of detail.tasks ?? ([] as HtmxTask[])) {
    for (const control of fragment.querySelectorAll('input[id], select[id], textarea[id]')) keepValue(control)
    // Files come and go by answers of their own; any other may be older.
    if (!fragment.firstElementChild?.matches('[data-file-field]'))
      for (const field of fragment.querySelectorAll('[data-file-field]')) keepFile(field)
  }
})

function keepValue(fresh: Element): void {
  const live = document.getElementById(fresh.id)
  if (fresh instanceof HTMLInputElement && live instanceof HTMLInputElement) {
    if (!['file', 'hidden', 'checkbox', 'radio'].includes(fresh.type)) fresh.setAttribute('value', live.value)
  } else if (fresh instanceof HTMLTextAreaElement && live instanceof HTMLTextAreaElement) {
    fresh.textContent = live.value
  } else if (fresh instanceof HTMLSelectElement && live instanceof HTMLSelectElement) {
    for (const option of fresh.options) option.toggleAttribute('selected', option.value === live.value)
  }
}

/** Also what was wrong with a file that was refused, which only the answer to that file tells. */
function keepFile(fresh: Element): void {
  const live = document.getElementById(fresh.id)
  const heldName = (field: Element) => field.querySelector('.held-file-name')?.textContent
  const isWrong = (field: Element) => field.querySelector('.field-error') !== null
  if (live && (heldName(live) !== heldName(fresh) || (isWrong(live) && !isWrong(fresh))))
    fresh.replaceWith(live.cloneNode(true))
}
