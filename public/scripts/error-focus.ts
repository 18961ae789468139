/** A summary of errors that arrives takes the focus: with a new page where `autofocus` did not, and with every swap after a form was sent. */
import { onHtmx } from './htmx.ts'

let seen = new WeakSet<Element>()

document.addEventListener('submit', () => {
  seen = new WeakSet()
})
onHtmx('htmx:after:swap', focusNewSummary)
focusNewSummary()

function focusNewSummary(): void {
  for (const summary of document.querySelectorAll<HTMLElement>('[data-error-summary]')) {
    if (seen.has(summary)) continue
    seen.add(summary)
    summary.focus()
    return
  }
}
