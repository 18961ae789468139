import type { ComponentChildren } from 'preact'
import { m } from '#messages'
import { assetUrl } from '#views/layouts/assets.ts'
import { Button, type ButtonKind } from '#views/parts/button.tsx'

export type PasskeyFormProps = {
  /** Where the answer is sent; what to ask the authenticator is fetched from `<action>/challenge`. */
  action: string
  /** Makes a passkey, or uses one. */
  does: 'create' | 'get'
  label: string
  kind?: ButtonKind
  fields: Record<string, string | undefined>
  children?: ComponentChildren
}

/** A form that a browser's authenticator fills in. Passkeys need script: without it there is a sentence in the place of the button. One on a page. */
export function PasskeyForm({ action, does, label, kind = 'secondary', fields, children }: PasskeyFormProps) {
  return (
    <>
      <form class="form-stack" method="post" action={action} data-passkey={does}>
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value ?? ''} />
        ))}
        <input type="hidden" name="challenge" value="" />
        <input type="hidden" name="response" value="" />
        {children}
        <Button type="submit" kind={kind} isBlock={does === 'get'} attributes={{ hidden: true }}>
          {label}
        </Button>
        <p
          role="status"
          data-passkey-status
          data-none={m.passkey_unsupported()}
          data-asking={m.passkey_asking()}
          data-failed={m.passkey_not_given()}
        >
          {m.passkey_needs_script()}
        </p>
      </form>
      <script src={assetUrl('passkey.js')} defer />
    </>
  )
}
