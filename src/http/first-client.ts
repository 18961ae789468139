import type { AppContext } from '#src/context.ts'
import type { AppError } from '#src/errors.ts'
import { ownOrigin } from './csrf.ts'
import { requestState } from './request-state.ts'

/** Of the first client. */
const OWN_DASHBOARD = '/admin/dashboard'

/** A refusal as the first client reads it. `details` has the wrong fields by their names, of several for one the first. */
export type FirstClientRefusal = {
  success: false
  error_code: string
  message: string
  detail: string
  details: Record<string, string>
  error: { code: string; message: string; details: Record<string, string> }
  status_code: number
  request_id: string
}

/** The body of every refusal at the first client's paths. Who is not signed in is told where to. */
export function firstClientRefusal(ctx: AppContext, request: Request, error: AppError): FirstClientRefusal {
  const { code, status } = error
  const message =
    code === 'UNAUTHORIZED' ? `${error.message.replace(/\.$/, '')}: ${signInAddress(ctx, request)}` : error.message
  const details: Record<string, string> = {}
  for (const { field, message: sentence } of error.errors) if (field !== '') details[field] ??= sentence
  return {
    success: false,
    error_code: code,
    message,
    detail: message,
    details,
    error: { code, message, details },
    status_code: status,
    request_id: requestState(request).id,
  }
}

/** Where one signs in and comes back from to the page that asked, where that is one of ours. */
function signInAddress(ctx: AppContext, request: Request): string {
  const origin = ownOrigin(ctx, request)
  const asked = URL.parse(request.headers.get('referer') ?? '')
  const next = asked?.origin === origin ? asked.pathname + asked.search : OWN_DASHBOARD
  return `${origin}/sign-in?next=${encodeURIComponent(next)}`
}
