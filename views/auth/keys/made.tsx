import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { CopyButton, CopyStatus } from '#views/parts/copy-button.tsx'
import { Field } from '#views/parts/field.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type KeyMadeProps = { frame: StaffFrame; key: string; name: string; origin: string }

const KEY_ID = 'key'

/** The one time that a key is shown. */
export function KeyMadePage({ frame, key, name, origin }: KeyMadeProps) {
  return (
    <StaffPage title={m.keys_made_title()} section="keys" {...frame}>
      <Heading eyebrow={m.keys_title()} title={m.keys_made_title()} lead={name} />
      <Flash kind="warning" text={m.keys_made_once()} />
      <Card>
        <div class="flex flex-col gap-4">
          <Field
            name={KEY_ID}
            label={m.keys_key()}
            type="textarea"
            rows={2}
            value={key}
            autocomplete="off"
            attributes={{ spellcheck: 'false' }}
            readOnly
          />
          <div class="button-row">
            <CopyButton of={KEY_ID} kind="primary">
              {m.keys_copy()}
            </CopyButton>
            <LinkButton href="/admin/keys">{m.keys_back()}</LinkButton>
          </div>
          <CopyStatus />
        </div>
      </Card>
      <Card id="try" title={m.keys_try()} lead={m.keys_try_lead()}>
        <p class="wrap-anywhere">
          <code>{`curl -H 'Authorization: Bearer ts_live_…' ${origin}/api/v1/auth/me`}</code>
        </p>
      </Card>
    </StaffPage>
  )
}
