/** A `[data-send-again]` sends the form again that was refused, which the browser still has. */
for (const button of document.querySelectorAll<HTMLElement>('[data-send-again]')) {
  button.hidden = false
  button.addEventListener('click', () => location.reload())
}
