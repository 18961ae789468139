import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Countdown } from '#views/parts/countdown.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { CodeField } from './code-field.tsx'

export type AppProps = {
  frame: StaffFrame
  /** In base32. */
  secret: string
  /** `otpauth://…` */
  uri: string
  /** The address as a QR code, true where it is dark. */
  qr: readonly boolean[][]
  next?: string
  errors?: SummaryError[]
  waitSeconds?: number
}

/** Where an authenticator app is brought to know the account. */
export function AppPage({ frame, secret, uri, qr, next, errors = [], waitSeconds }: AppProps) {
  const flash =
    waitSeconds === undefined ? undefined : { kind: 'error' as const, text: m.auth_wait({ count: waitSeconds }) }
  return (
    <StaffPage title={m.factor_app_title()} flash={flash} {...frame} isEnrolment>
      <Heading title={m.factor_app_title()} />
      {waitSeconds !== undefined && <Countdown seconds={waitSeconds} />}
      <ErrorSummary errors={errors} />
      <Card id="scan" title={m.factor_app_scan()} lead={m.factor_app_scan_lead()}>
        <div class="flex flex-col items-start gap-4">
          <QrCode rows={qr} label={m.factor_qr_label()} />
          <LinkButton href={uri}>{m.factor_app_open()}</LinkButton>
          <p>{m.factor_app_type()}</p>
          <p class="font-mono text-lg break-words" data-secret>
            {secret.match(/.{1,4}/g)?.join(' ')}
          </p>
        </div>
      </Card>
      <Card id="first-code" title={m.factor_app_code()} lead={m.factor_app_code_lead()}>
        <form class="form-stack" method="post" action="/account/second-factor/app/code">
          <input type="hidden" name="csrf" value={frame.csrf} />
          <input type="hidden" name="next" value={next ?? ''} />
          <CodeField errors={errors} isSetUp={false} />
          <Button type="submit" kind="primary">
            {m.factor_app_enable()}
          </Button>
        </form>
      </Card>
    </StaffPage>
  )
}

/** Dark on light whatever the page's colours: cameras expect it so. */
function QrCode({ rows, label }: { rows: readonly boolean[][]; label: string }) {
  const size = rows.length
  const path = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      width="240"
      height="240"
      shape-rendering="crispEdges"
      data-qr
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  )
}
