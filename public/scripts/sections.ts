/**
 * Tells a form's `hx-trigger` what a person does in it: `section:left` on a `[data-section]` in which something changed, when the focus
 * moves out of it; `draft:changed` on the form, when typing pauses. Both bubble.
 */
const PAUSE_MS = 1000

const changed = new Set<Element>()
const pauses = new Map<HTMLFormElement, ReturnType<typeof setTimeout>>()

document.addEventListener('input', ({ target }) => {
  const control = target as HTMLInputElement
  // A file is sent on its own, and its answer tells of it.
  if (control.type === 'file') return
  const section = control.closest('[data-section]')
  if (section) changed.add(section)
  if (control.form?.querySelector('[data-save-status]')) waitForPause(control.form)
})

document.addEventListener('focusin', ({ target }) => {
  for (const section of changed) {
    if (section.contains(target as Node)) continue
    changed.delete(section)
    if (section.isConnected) tell(section, 'section:left')
  }
})

// A phone may never come back to a tab that it hid.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') for (const form of [...pauses.keys()]) tellChanged(form)
})

document.addEventListener('submit', ({ target }) => forget(target as HTMLFormElement))

function waitForPause(form: HTMLFormElement): void {
  forget(form)
  pauses.set(
    form,
    setTimeout(() => tellChanged(form), PAUSE_MS),
  )
}

function tellChanged(form: HTMLFormElement): void {
  forget(form)
  tell(form, 'draft:changed')
}

function forget(form: HTMLFormElement): void {
  clearTimeout(pauses.get(form))
  pauses.delete(form)
}

function tell(element: Element, name: string): void {
  element.dispatchEvent(new CustomEvent(name, { bubbles: true }))
}
