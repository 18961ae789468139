import { m } from '#messages'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import type { SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { errorAt } from './error-at.ts'
import { PasskeyForm } from './passkey-form.tsx'

export type ListedPasskey = { id: string; name: string; createdAt: Date; lastUsedAt: Date | null }

type Props = {
  frame: { csrf: string }
  passkeys: readonly ListedPasskey[]
  passkeysMax: number
  canAddPasskey: boolean
  isConfirmed: boolean
  timeZone: string
  next?: string
  errors: readonly SummaryError[]
}

/** One's own passkeys: their names, and one more. */
export function PasskeysCard(props: Props) {
  const { frame, passkeys, passkeysMax, canAddPasskey, isConfirmed, next, errors } = props
  return (
    <Card id="passkeys" title={m.passkey_title()} lead={m.passkey_lead()}>
      {passkeys.length > 0 && (
        <ul class="flex flex-col gap-6">
          {passkeys.map((passkey) => (
            <li key={passkey.id}>
              <OnePasskey {...props} passkey={passkey} />
            </li>
          ))}
        </ul>
      )}
      {!canAddPasskey && <p>{m.passkey_unsafe_address()}</p>}
      {isConfirmed && canAddPasskey && passkeys.length < passkeysMax && (
        <div class={passkeys.length > 0 ? 'mt-8' : undefined}>
          <PasskeyForm
            action="/account/passkeys"
            does="create"
            label={m.passkey_add()}
            fields={{ csrf: frame.csrf, next }}
          >
            <Field
              name="name"
              label={m.passkey_new_name()}
              hint={m.passkey_name_hint()}
              maxLength={60}
              error={errorAt(errors, 'name')}
              required
            />
          </PasskeyForm>
        </div>
      )}
    </Card>
  )
}

function OnePasskey({ frame, passkey, isConfirmed, timeZone, errors }: Props & { passkey: ListedPasskey }) {
  const { id, name, createdAt, lastUsedAt } = passkey
  return (
    <div class="flex flex-col gap-3">
      <form class="form-stack" method="post" action={`/account/passkeys/${id}/name`}>
        <input type="hidden" name="csrf" value={frame.csrf} />
        <Field
          name={`name-${id}`}
          label={m.passkey_name()}
          value={name}
          maxLength={60}
          error={errorAt(errors, `name-${id}`)}
          attributes={{ name: 'name' }}
          required
        />
        <p>
          {m.passkey_made()} <Moment at={createdAt} timeZone={timeZone} /> ·{' '}
          {lastUsedAt ? (
            <>
              {m.passkey_used()} <Moment at={lastUsedAt} timeZone={timeZone} />
            </>
          ) : (
            m.passkey_unused()
          )}
        </p>
        <Button type="submit">{m.passkey_rename({ name })}</Button>
      </form>
      {isConfirmed && (
        <form method="post" action={`/account/passkeys/${id}/removal`}>
          <input type="hidden" name="csrf" value={frame.csrf} />
          <Button type="submit" kind="danger">
            {m.passkey_remove({ name })}
          </Button>
        </form>
      )}
    </div>
  )
}
