/**
 * A summary of errors that arrives takes the focus: with a new page where `autofocus` did not, and with every swap after a form was sent.
 * What is then put right, field by field, leaves it.
 */
import { onHtmx } from './htmx.ts'

let seen = new WeakSet<Element>()

document.addEventListener('submit', () => {
  seen = new WeakSet()
})
onHtmx('htmx:after:swap', () => {
  for (const summary of summaries()) removeMended(summary)
  focusNewSummary()
})
document.addEventListener('upload:settled', () => summaries().forEach(removeMended))
focusNewSummary()

function focusNewSummary(): void {
  for (const summary of summaries()) {
    if (seen.has(summary)) continue
    seen.add(summary)
    summary.focus()
    return
  }
}

function removeMended(summary: HTMLElement): void {
  for (const link of summary.querySelectorAll('a')) {
    const field = document.getElementById(link.hash.slice(1))?.closest('.field')
    if (field && !field.matches('.field-wrong')) link.closest('li')?.remove()
  }
  if (!summary.querySelector('li')) summary.remove()
}

function summaries(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-error-summary]')]
}
