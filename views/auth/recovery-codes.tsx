import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { CopyButton, CopyStatus } from '#views/parts/copy-button.tsx'
import { Field } from '#views/parts/field.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'

const TEXT_ID = 'codes'

export type RecoveryCodesProps = { frame: StaffFrame; codes: readonly string[]; next: string }

/** The recovery codes, this once. */
export function RecoveryCodesPage({ frame, codes, next }: RecoveryCodesProps) {
  const text = codes.join('\n')
  return (
    <StaffPage title={m.factor_codes_title()} {...frame}>
      <Heading title={m.factor_codes_title()} lead={m.factor_codes_lead()} />
      <Flash kind="warning" text={m.factor_codes_once()} />
      <Card id="codes-card">
        <div class="flex flex-col gap-4">
          <Field
            name={TEXT_ID}
            label={m.factor_codes_label()}
            type="textarea"
            rows={codes.length}
            value={text}
            readOnly
          />
          <div class="button-row">
            <LinkButton
              href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
              attributes={{ download: m.factor_codes_file() }}
            >
              {m.factor_codes_download()}
            </LinkButton>
            <CopyButton of={TEXT_ID}>{m.factor_codes_copy()}</CopyButton>
            <Button attributes={{ hidden: true, 'data-print': true }}>{m.factor_codes_print()}</Button>
          </div>
          <CopyStatus />
        </div>
      </Card>
      <p class="mt-6">
        <LinkButton kind="primary" href={next}>
          {m.factor_codes_kept()}
        </LinkButton>
      </p>
    </StaffPage>
  )
}
