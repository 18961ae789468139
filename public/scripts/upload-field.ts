/** The field that a file was chosen in, found anew by its id: a swap may have replaced it. */
import { processWithHtmx } from './htmx.ts'

export const fieldOf = (input: HTMLInputElement) => input.closest('[data-file-field]')

/** Puts the panel into its place, if it is not there. */
export function attachPanel(fieldId: string, panel: HTMLElement): void {
  const slot = document.getElementById(fieldId)?.querySelector('[data-upload-slot]')
  if (slot && !slot.contains(panel)) slot.replaceChildren(panel)
}

/** Nothing is chosen in it any more; with `takesFocus` it is where one goes on. */
export function emptyField(fieldId: string, { takesFocus = false } = {}): void {
  const input = document.getElementById(fieldId)?.querySelector<HTMLInputElement>('input[type="file"]')
  if (!input) return
  input.value = ''
  if (takesFocus) input.focus()
}

/** The field as the server answers it; who was in the field stays in it. */
export function replaceField(fieldId: string, fresh: Element): void {
  const old = document.getElementById(fieldId)
  if (!old) return
  const hadFocus = old.contains(document.activeElement)
  old.replaceWith(fresh)
  processWithHtmx(fresh)
  if (hadFocus) fresh.querySelector<HTMLElement>(isWrong(fresh) ? 'input' : '.held-file, input')?.focus()
}

/** What an answer brings besides takes the place of what has the same id. */
export function replaceOthers(answer: DocumentFragment): void {
  for (const fresh of answer.querySelectorAll('[hx-swap-oob]')) {
    fresh.removeAttribute('hx-swap-oob')
    document.getElementById(fresh.id)?.replaceWith(fresh)
  }
}

export const isWrong = (field: Element) => field.querySelector('[aria-invalid="true"]') !== null
