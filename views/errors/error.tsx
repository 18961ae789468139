import { m } from '#messages'
import type { ErrorCode } from '#src/errors.ts'
import { Page } from '#views/layouts/page.tsx'

type Props = { code: ErrorCode; sentence: string; requestId: string; title: string; retryAfterSeconds?: number }

/** What went wrong, the request's id for whoever is asked about it, and the way on. */
export function ErrorPage(props: Props) {
  return (
    <Page title={props.sentence} tournamentName={props.title} isPrivate>
      <h1 class="text-2xl font-semibold">{props.sentence}</h1>
      <p class="mt-4">{hint(props)}</p>
      <p class="mt-6">
        <a class="link" href="/">
          {m.errors_home()}
        </a>
      </p>
      <p class="mt-8 text-sm opacity-80">{m.errors_request_id({ id: props.requestId })}</p>
    </Page>
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

function hint({ code, retryAfterSeconds }: Props): string {
  if (retryAfterSeconds !== undefined) return m.errors_wait({ seconds: retryAfterSeconds })
  if (code === 'NOT_FOUND' || code === 'LINK_EXPIRED') return m.errors_hint_address()
  if (code === 'CSRF_FAILED') return m.errors_hint_reload()
  if (code === 'UNAUTHORIZED') return m.errors_hint_sign_in()
  return m.errors_hint_again()
}
