/**
 * Where a picture does not come, its frame says so and offers another try. What that try meets is told: there may never be a picture, and
 * the address of one may be over, for which the page brings another.
 */
const FRAME = '[data-picture]'
const [NOT_FOUND, GONE] = [404, 410]
const ANSWERS_WITHIN_MS = 30_000

// An image's `error` does not bubble.
document.addEventListener('error', ({ target }) => show(target, false), true)
document.addEventListener('load', ({ target }) => show(target, true), true)
// Of those that were faster than this script.
for (const picture of document.querySelectorAll<HTMLImageElement>(`${FRAME} img`))
  if (picture.complete && picture.naturalWidth === 0) show(picture, false)

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLButtonElement>(`${FRAME} button`) : null
  const frame = button?.closest<HTMLElement>(FRAME)
  if (button && frame && button.ariaBusy !== 'true') void askAgain(frame, button)
})

function show(target: EventTarget | null, isThere: boolean): void {
  const frame = target instanceof HTMLImageElement && target.closest<HTMLElement>(FRAME)
  if (!frame) return
  const missing = frame.querySelector<HTMLElement>('[role=status]')
  const hadFocus = missing?.contains(document.activeElement) ?? false
  target.hidden = !isThere
  // A link around nothing has no name.
  const link = target.closest('a')
  if (link) link.hidden = !isThere
  if (missing) missing.hidden = isThere
  if (isThere && hadFocus) frame.focus()
}

/** One request, which tells why as well: an image's `error` does not. */
async function askAgain(frame: HTMLElement, button: HTMLButtonElement): Promise<void> {
  const picture = frame.querySelector('img')
  const words = frame.querySelector<HTMLElement>('[data-picture-words]')
  if (!picture || !words) return
  button.ariaBusy = 'true'
  const told = words.textContent
  words.textContent = ''
  const answer = await fetch(picture.dataset.address ?? picture.src, {
    cache: 'no-store',
    signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
  }).catch(() => undefined)
  if (answer?.status === GONE) location.reload()
  else if (answer?.ok) await put(picture, answer)
  button.ariaBusy = null
  const isNone = answer?.status === NOT_FOUND
  button.hidden = isNone
  words.textContent = isNone ? (frame.dataset.none ?? '') : told
}

/** By its bytes: asking for the address once more would count, and be written down, as another look at it. */
async function put(picture: HTMLImageElement, answer: Response): Promise<void> {
  picture.dataset.address ??= picture.src
  picture.loading = 'eager'
  const reader = new FileReader()
  reader.addEventListener('load', () => {
    picture.src = String(reader.result)
  })
  reader.readAsDataURL(await answer.blob())
}
