/** Where a picture does not come, its frame says so and offers another try. */
const FRAME = '[data-picture]'

// An image's `error` does not bubble.
document.addEventListener('error', ({ target }) => show(target, false), true)
document.addEventListener('load', ({ target }) => show(target, true), true)

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest(`${FRAME} button`) : null
  const picture = button?.closest(FRAME)?.querySelector('img')
  if (!picture) return
  const address = new URL(picture.src)
  address.searchParams.set('again', String(Date.now()))
  picture.loading = 'eager'
  picture.src = address.href
})

function show(target: EventTarget | null, isThere: boolean): void {
  const frame = target instanceof HTMLImageElement && target.closest(FRAME)
  if (!frame) return
  target.hidden = !isThere
  const missing = frame.querySelector<HTMLElement>('[role=status]')
  if (missing) missing.hidden = isThere
}
