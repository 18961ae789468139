import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { type ListedPasskey, PasskeysCard } from './passkeys.tsx'

export type FactorsProps = {
  frame: StaffFrame
  hasTotp: boolean
  codesLeft: number
  /** With so few left the page asks for new ones. */
  codesFew: number
  passkeys: readonly ListedPasskey[]
  passkeysMax: number
  /** Browsers make passkeys at this address. */
  canAddPasskey: boolean
  /** Without it each change leads to the page that asks for a confirmation. */
  isConfirmed: boolean
  timeZone: string
  /** Where somebody goes once they have a second factor. */
  next?: string
  notice?: 'removed' | 'added' | 'renamed'
  errors?: SummaryError[]
}

const NOTICES = {
  removed: m.factor_removed,
  added: m.passkey_added,
  renamed: m.passkey_renamed,
} as const

/** One's own second factors. */
export function FactorsPage(props: FactorsProps) {
  const { frame, next, notice, errors = [], isConfirmed } = props
  const hasFactor = props.hasTotp || props.passkeys.length > 0
  const flash = notice && { kind: 'success' as const, text: NOTICES[notice]() }
  return (
    <StaffPage title={m.factor_title()} flash={flash} {...frame} isEnrolment>
      <Heading title={m.factor_title()} lead={m.factor_lead()} />
      <ErrorSummary errors={errors} />
      {!isConfirmed && (
        <Flash kind="info" text={hasFactor ? m.factor_confirm_first() : m.factor_confirm_password()}>
          <p>
            <a href={`/confirm?next=${encodeURIComponent(hereWith(next))}`}>{m.confirm_title()}</a>
          </p>
        </Flash>
      )}
      <AppCard {...props} />
      <PasskeysCard {...props} errors={errors} />
      {hasFactor && <CodesCard {...props} />}
      {hasFactor && next && (
        <p class="mt-6">
          <LinkButton href={next}>{m.factor_go_on()}</LinkButton>
        </p>
      )}
    </StaffPage>
  )
}

const hereWith = (next: string | undefined) =>
  next ? `/account/second-factor?next=${encodeURIComponent(next)}` : '/account/second-factor'

function AppCard({ frame, hasTotp, isConfirmed, next }: FactorsProps) {
  return (
    <Card id="app" title={m.factor_app()} lead={hasTotp ? m.factor_app_on() : m.factor_app_off()}>
      {isConfirmed &&
        (hasTotp ? (
          <form method="post" action="/account/second-factor/app/removal">
            <input type="hidden" name="csrf" value={frame.csrf} />
            <Button type="submit" kind="danger">
              {m.factor_app_remove()}
            </Button>
          </form>
        ) : (
          <form method="post" action="/account/second-factor/app">
            <input type="hidden" name="csrf" value={frame.csrf} />
            <input type="hidden" name="next" value={next ?? ''} />
            <Button type="submit" kind="primary">
              {m.factor_app_set_up()}
            </Button>
          </form>
        ))}
    </Card>
  )
}

function CodesCard({ frame, codesLeft, codesFew, isConfirmed }: FactorsProps) {
  return (
    <Card id="recovery-codes" title={m.factor_codes()} lead={m.factor_codes_left({ count: codesLeft })}>
      {codesLeft <= codesFew && <Flash kind="warning" text={m.factor_codes_few()} />}
      {isConfirmed && (
        <form method="post" action="/account/second-factor/recovery-codes">
          <input type="hidden" name="csrf" value={frame.csrf} />
          <Button type="submit">{m.factor_codes_make()}</Button>
        </form>
      )}
    </Card>
  )
}
