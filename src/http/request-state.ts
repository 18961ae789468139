import type { AppContext, Tournament } from '#src/context.ts'
import { type Actor, NOBODY } from '#src/permissions.ts'

/** What is known of a request while it is answered; the request log tells it afterwards. */
export type RequestState = {
  id: string
  /** Where it was sent; undefined where its host or path is none. */
  url: URL | undefined
  startedAt: number
  admitted: boolean
  route: string
  tier: string
  address: string
  actor: Actor
  tournament: Tournament | undefined
  /** Of a refusal. */
  code: string | undefined
  /** Its client went away before the answer was ready, and what it asked for was given up. */
  hasLeft: boolean
  /** Of the answer's body, as it was sent; undefined where it is a stream of unknown length. */
  bytesSent: number | undefined
}

const states = new WeakMap<Request, RequestState>()
const ORIGIN = /^\w+:\/\/[^/]*/
const ID = /^[\w.:+/=-]{1,128}$/

/** The state of a request, made when it is first asked for. A usable `X-Request-ID` of the client's is kept. */
export function requestState(request: Request): RequestState {
  let state = states.get(request)
  if (!state) {
    const given = request.headers.get('x-request-id')
    state = {
      id: given && ID.test(given) ? given : Bun.randomUUIDv7(),
      url: URL.parse(request.url) ?? undefined,
      startedAt: performance.now(),
      admitted: false,
      route: '',
      tier: '',
      address: '',
      actor: NOBODY,
      tournament: undefined,
      code: undefined,
      hasLeft: false,
      bytesSent: undefined,
    }
    states.set(request, state)
  }
  return state
}

/** Where the first client asks: its door is src/icct26. */
const FIRST_CLIENTS =
  /^\/(?:api\/(?:register|teams|churches|schedule|gallery)|admin\/(?:teams|players|sequence)|health|status|queue|docs)(?:\/|$)/

/** Whether the door speaks JSON: `/api/…`, save its documentation, which is a page; and the first client's. */
export function speaksJson(ctx: AppContext, request: Request): boolean {
  const path = pathOf(request)
  return (path.startsWith('/api/') && path !== '/api/docs') || isFirstClient(ctx, request)
}

/** Whether it is sent to a path of the first client's; where that is not served they are like any others. */
export const isFirstClient = (ctx: AppContext, request: Request): boolean =>
  ctx.config.icct26Api === true && FIRST_CLIENTS.test(pathOf(request))

/** The path that was asked for, of a request without a usable host, too, whose address Bun gives as the path alone; the root where there is none. */
export const pathOf = (request: Request): string =>
  requestState(request).url?.pathname ??
  URL.parse(`http://localhost${request.url.replace(ORIGIN, '')}`)?.pathname ??
  '/'
