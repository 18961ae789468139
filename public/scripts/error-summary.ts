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
    for (const link of summary.querySelectorAll('a')) if (isWrong(link)) link.dataset.mendable = ''
    summary.focus()
    return
  }
}

function removeMended(summary: HTMLElement): void {
  for (const link of summary.querySelectorAll<HTMLAnchorElement>('a[data-mendable]'))
    if (!isWrong(link)) link.closest('li')?.remove()
  if (!summary.querySelector('li')) summary.remove()
}

/** Whether the field that the line leads to says so too. */
function isWrong({ hash }: HTMLAnchorElement): boolean {
  return document.getElementById(hash.slice(1))?.closest('.field-wrong') != null
}

function summaries(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-error-summary]')]
}
