/** What a file field shows while its file is on the way: a copy of the form's `[data-upload-template]`, one state at a time. */
export type UploadState = 'queued' | 'preparing' | 'sending' | 'storing' | 'offline' | 'waiting' | 'failed' | 'refused'

const ANNOUNCED_EVERY_PERCENT = 25
/** However many files are on their way: what is read out in between is how they end. */
const ANNOUNCED_EVERY_MS = 10_000
const RETRYABLE: readonly UploadState[] = ['offline', 'waiting', 'failed']

type Announcement = 'progress' | 'offline' | 'done' | 'failed' | 'refused'

let announcedAt = 0

export type UploadPanel = {
  element: HTMLElement
  show(state: UploadState, reason?: string): void
  showPercent(percent: number): void
  announce(what: Exclude<Announcement, 'progress'>): void
}

type Words = { fileName: string; label: string; onRetry: () => void; onCancel: () => void }

/** Undefined where the form brings no template: its files then go with the form. */
export function makePanel(
  form: HTMLFormElement,
  { fileName, label, onRetry, onCancel }: Words,
): UploadPanel | undefined {
  const template = form.querySelector<HTMLTemplateElement>('[data-upload-template]')
  const element = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined
  if (!element) return undefined
  const part = <E extends HTMLElement>(selector: string) => element.querySelector<E>(selector)!
  const [retry, cancel] = [
    part<HTMLButtonElement>('[data-upload-retry]'),
    part<HTMLButtonElement>('[data-upload-cancel]'),
  ]
  const progress = part<HTMLProgressElement>('progress')
  part('[data-upload-name]').textContent = fileName
  progress.setAttribute('aria-label', `${progress.getAttribute('aria-label')} ${label}`)
  retry.addEventListener('click', onRetry)
  cancel.addEventListener('click', onCancel)
  let announcedPercent = 0
  announcedAt = performance.now()

  const announce = (what: Announcement, percent = '') => {
    announcedAt = performance.now()
    const announcer = form.querySelector<HTMLElement>('[data-upload-announcer]')
    if (!announcer) return
    announcer.textContent = (announcer.dataset[what] ?? '').replace('{label}', label).replace('{percent}', percent)
  }

  return {
    element,
    show(state, reason = '') {
      for (const other of element.querySelectorAll<HTMLElement>('[data-upload-state]')) {
        other.hidden = other.dataset.uploadState !== state
      }
      part('[data-upload-reason]').textContent = reason
      const hadFocus = document.activeElement === retry
      progress.hidden = state === 'failed' || state === 'refused'
      retry.hidden = !RETRYABLE.includes(state)
      // What is hidden loses the focus to the top of the page.
      if (hadFocus && retry.hidden) cancel.focus()
    },
    showPercent(percent) {
      progress.value = percent
      part('[data-upload-percent]').textContent = String(percent)
      if (percent < announcedPercent) announcedPercent = percent
      if (percent - announcedPercent < ANNOUNCED_EVERY_PERCENT) return
      if (performance.now() - announcedAt < ANNOUNCED_EVERY_MS) return
      announcedPercent = percent
      announce('progress', String(percent))
    },
    announce,
  }
}
