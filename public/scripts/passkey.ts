/**
 * Fills in a `form[data-passkey]`: asks the server what to ask for, then the browser's authenticator, and sends what it answers. Loaded
 * only by the pages that have such a form; without it their button stays hidden, and the sentence in its place.
 */
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) prepare(form)

function prepare(form: HTMLFormElement): void {
  if (!browserSupportsWebAuthn()) {
    say(form, 'none')
    return
  }
  const button = form.querySelector('button')
  if (button) button.hidden = false
  say(form)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!button?.disabled) void ask(form, button)
  })
}

async function ask(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
  if (button) button.disabled = true
  say(form, 'asking')
  try {
    const body = new URLSearchParams()
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.set(name, value)
    const asked = await fetch(`${form.action}/challenge`, { method: 'POST', body })
    // Why it is refused is the server's to say, on a page.
    if (!asked.ok || asked.redirected) return form.submit()
    const { challenge, options } = await asked.json()
    const response =
      form.dataset.passkey === 'create'
        ? await startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON })
        : await startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON })
    set(form, 'challenge', challenge)
    set(form, 'response', JSON.stringify(response))
    form.submit()
  } catch {
    say(form, 'failed')
  } finally {
    if (button) button.disabled = false
  }
}

function set(form: HTMLFormElement, name: string, value: string): void {
  const input = form.elements.namedItem(name)
  if (input instanceof HTMLInputElement) input.value = value
}

function say(form: HTMLFormElement, what?: 'none' | 'asking' | 'failed'): void {
  const status = form.querySelector<HTMLElement>('[data-passkey-status]')
  if (status) status.textContent = (what && status.dataset[what]) ?? ''
}
