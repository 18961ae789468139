import { m } from '#messages'
import type { ErrorCode } from '#src/errors.ts'
import { Page } from '#views/layouts/page.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Countdown, waitSentence } from '#views/parts/countdown.tsx'

type Props = {
  code: ErrorCode
  sentence: string
  requestId: string
  title: string
  retryAfterSeconds?: number
  /** The address that was asked for, where asking again harms nobody; undefined after a form. */
  retryHref?: string
  /** Where to do first what is missing, before the form is sent again. */
  wayHref?: string
}

/** What went wrong, the request's id for whoever is asked about it, and the way on. */
export function ErrorPage(props: Props) {
  return (
    <Page title={props.sentence} tournamentName={props.title} isPrivate>
      <h1 class="text-2xl font-semibold">{props.sentence}</h1>
      <div class="mt-4">
        {props.retryAfterSeconds === undefined ? (
          <p>{props.code === 'SECOND_FACTOR_REQUIRED' ? m.errors_confirm_form() : hint(props)}</p>
        ) : (
          <Wait seconds={props.retryAfterSeconds} href={props.retryHref} />
        )}
      </div>
      {props.wayHref && (
        <div class="mt-4 button-row">
          <LinkButton kind="primary" href={props.wayHref} attributes={besidesForm(props.code)}>
            {wayWords(props.code)}
          </LinkButton>
          {props.code === 'SECOND_FACTOR_REQUIRED' && (
            <Button attributes={{ 'data-send-again': true, hidden: true }}>{m.errors_send_again()}</Button>
          )}
        </div>
      )}
      <p class="mt-6">
        <a class="link" href="/">
          {m.errors_home()}
        </a>
      </p>
      <p class="mt-8 text-sm opacity-80">{m.errors_request_id({ id: props.requestId })}</p>
    </Page>
  )
}

/** How long, and how to go on then: by the same address, or by sending the same form, which the browser still has. */
function Wait({ seconds, href }: { seconds: number; href: string | undefined }) {
  return (
    <>
      <Countdown seconds={seconds} sentence={waitSentence(seconds)} />
      {href === undefined && <p class="mt-4">{m.errors_wait_form()}</p>}
      <p class="mt-4">
        {href === undefined ? (
          <Button kind="primary" attributes={{ 'data-countdown-retry': true, hidden: true }}>
            {m.errors_send_again()}
          </Button>
        ) : (
          <LinkButton kind="primary" href={href} attributes={{ 'data-countdown-retry': true }}>
            {m.errors_try_again()}
          </LinkButton>
        )}
      </p>
    </>
  )
}

/** The same, in the place of a part of a page. */
export function ErrorFragment(props: Props) {
  return (
    <div role="alert" class="alert alert-error" data-error-code={props.code}>
      <p>
        {props.sentence} {hint(props)} <small>{m.errors_request_id({ id: props.requestId })}</small>
      </p>
    </div>
  )
}

/** To confirm leaves the session and its form's token as they are, so the form that this tab still has can be sent once more. */
const besidesForm = (code: ErrorCode) =>
  code === 'SECOND_FACTOR_REQUIRED' ? { target: '_blank', rel: 'noopener' } : undefined

const wayWords = (code: ErrorCode): string => {
  if (code === 'SECOND_FACTOR_REQUIRED') return m.confirm_title()
  return code === 'UNAUTHORIZED' ? m.auth_sign_in() : m.factor_reminder_link()
}

function hint({ code, retryAfterSeconds }: Props): string {
  if (retryAfterSeconds !== undefined) return waitSentence(retryAfterSeconds)
  if (code === 'NOT_FOUND') return m.errors_hint_address()
  if (code === 'LINK_EXPIRED') return m.errors_hint_link()
  if (code === 'CSRF_FAILED') return m.errors_hint_reload()
  if (code === 'UNAUTHORIZED') return m.errors_hint_sign_in()
  if (code === 'SECOND_FACTOR_REQUIRED') return m.errors_hint_confirm()
  if (code === 'SECOND_FACTOR_SETUP_REQUIRED') return m.errors_hint_enrol()
  return m.errors_hint_again()
}
