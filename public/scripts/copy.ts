/** A button with `data-copy` puts the text of the control of that id on the clipboard; without this script it stays hidden. */
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) button.hidden = false

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element && target.closest<HTMLButtonElement>('button[data-copy]')
  if (button) void copy(button)
})

async function copy(button: HTMLButtonElement): Promise<void> {
  const control = document.getElementById(button.dataset.copy ?? '')
  if (!(control instanceof HTMLTextAreaElement) && !(control instanceof HTMLInputElement)) return
  control.select()
  const status = button.closest('div')?.parentElement?.querySelector('[data-copy-status]')
  // The clipboard is there for pages served with https and on this machine only.
  const isDone = await (navigator.clipboard?.writeText(control.value) ?? Promise.reject()).then(
    () => true,
    () => document.execCommand('copy'),
  )
  if (status) status.textContent = (isDone ? button.dataset.copied : button.dataset.copyFailed) ?? ''
}
