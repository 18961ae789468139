/**
 * Shows the rest of a `[data-countdown]` (its seconds) as it goes, and says once, for those who listen, that it is over. What is marked
 * `[data-countdown-retry]` waits with it; a button so marked sends the form again that was refused, which the browser still has.
 */
const SECOND_MS = 1000

for (const element of document.querySelectorAll<HTMLElement>('[data-countdown]')) start(element)

function start(element: HTMLElement): void {
  const endsAt = Date.now() + Number(element.dataset.countdown) * SECOND_MS
  const time = element.querySelector<HTMLElement>('[data-countdown-time]')
  const over = element.querySelector<HTMLElement>('[data-countdown-over]')
  const retries = [...document.querySelectorAll<HTMLElement>('[data-countdown-retry]')]
  for (const retry of retries) hold(retry)
  const timer = setInterval(tick, SECOND_MS)
  tick()

  function tick(): void {
    const seconds = Math.max(0, Math.ceil((endsAt - Date.now()) / SECOND_MS))
    if (time) {
      time.hidden = seconds === 0
      time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    }
    if (seconds > 0) return
    clearInterval(timer)
    if (over) over.textContent = over.dataset.countdownOver ?? ''
    for (const retry of retries) retry.removeAttribute('aria-disabled')
  }
}

/** Stays in the order of the keyboard, so that it is found before it is ready. */
function hold(retry: HTMLElement): void {
  retry.hidden = false
  retry.setAttribute('aria-disabled', 'true')
  retry.addEventListener('click', (event) => {
    if (retry.hasAttribute('aria-disabled')) event.preventDefault()
    else if (retry instanceof HTMLButtonElement) location.reload()
  })
}
