import { type Static, Type as t } from '@sinclair/typebox'
import type { AppContext } from '#src/context.ts'
import { type AppError, ERRORS } from '#src/errors.ts'
import { ownOrigin } from './csrf.ts'
import { requestState } from './request-state.ts'

/** Where it is served from here, too. */
const CLIENTS_DASHBOARD = '/admin/dashboard'

const Details = t.Object(
  {},
  {
    description:
      'The wrong fields by their names, such as captain_phone, each with its sentence; of several for one, the first.',
  },
)

/** A refusal as the first client reads it. */
export const FirstClientRefusal = t.Object(
  {
    success: t.Literal(false),
    error_code: t.Union(Object.keys(ERRORS).map((code) => t.Literal(code))),
    message: t.String({ description: 'A sentence for a person.' }),
    detail: t.String({ description: 'The same.' }),
    details: Details,
    error: t.Object({ code: t.String(), message: t.String(), details: Details }),
    status_code: t.Integer({ minimum: 400, maximum: 599 }),
    request_id: t.String(),
  },
  { title: 'FirstClientRefusal' },
)
export type FirstClientRefusal = Omit<Static<typeof FirstClientRefusal>, 'error_code' | 'details'> & {
  error_code: string
  details: Record<string, string>
}

/** The body of every refusal at the first client's paths. `way` is where somebody has to go first, and comes back from: to sign in. */
export function firstClientRefusal(
  ctx: AppContext,
  request: Request,
  error: AppError,
  way: string | undefined,
): FirstClientRefusal {
  const { code, status } = error
  const message =
    way === undefined ? error.message : `${error.message.replace(/\.$/, '')}: ${addressOf(ctx, request, way)}`
  // A field may have the name of what every object has, such as `constructor`.
  const details: Record<string, string> = Object.create(null)
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

/** With the page to come back to: the one that asked, where it is of our origin. */
function addressOf(ctx: AppContext, request: Request, way: string): string {
  const origin = ownOrigin(ctx, request)
  const asked = URL.parse(request.headers.get('referer') ?? '')
  const dashboard = ctx.config.clientDir === undefined ? '/admin' : CLIENTS_DASHBOARD
  const next = asked?.origin === origin ? asked.pathname + asked.search : dashboard
  return `${origin}${way}?next=${encodeURIComponent(next)}`
}
