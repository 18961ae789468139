import { Elysia } from 'elysia'
import { auditAdmin } from './audit/admin.ts'
import { accountsAdmin } from './auth/accounts/admin.ts'
import { staffLinkPages } from './auth/accounts/links/pages.ts'
import { ownAccountAdmin } from './auth/accounts/own/admin.ts'
import { peopleAdmin } from './auth/accounts/people/admin.ts'
import { authApi } from './auth/api.ts'
import { factorsAdmin } from './auth/factors/admin.ts'
import { keysAdmin } from './auth/keys/admin.ts'
import { authPages } from './auth/pages.ts'
import { passkeysAdmin } from './auth/passkeys/admin.ts'
import { confirmAdmin } from './auth/sign-in/admin.ts'
import { signInPages } from './auth/sign-in/pages.ts'
import { clubsApi } from './clubs/api.ts'
import type { AppContext } from './context.ts'
import { documentsApi } from './documents/api.ts'
import { documentsPages } from './documents/pages.ts'
import { erasureAdmin } from './erasure/admin.ts'
import { AppError } from './errors.ts'
import { homePages } from './home/pages.ts'
import { methodFinder } from './http/allow.ts'
import { apiDocs } from './http/api-docs.ts'
import { type AssetFiles, assets } from './http/assets.ts'
import { type ClientFiles, client } from './http/client.ts'
import { meetClient } from './http/client-address.ts'
import { preflight } from './http/cors.ts'
import { answerInScope, outcomeOf } from './http/deadline.ts'
import { devParts } from './http/dev-parts.ts'
import { asAppError, PROBES, refusal } from './http/errors.ts'
import { health } from './http/health.ts'
import { checkAddress } from './http/host.ts'
import { SERVER_BODY_MAX_BYTES } from './http/limits.ts'
import { countAnswer, metrics } from './http/metrics.ts'
import { logRequest } from './http/request-log.ts'
import { pathOf } from './http/request-state.ts'
import { commonHeaders, encode } from './http/responses.ts'
import { refuseUnknown } from './http/unknown.ts'
import { icct26Api } from './icct26/api.ts'
import { lettersAdmin } from './mail/letters/admin.ts'
import { linksAdmin } from './mail/links/admin.ts'
import { mailLogAdmin } from './mail/log/admin.ts'
import { mailSettingsAdmin } from './mail/settings/admin.ts'
import { registrationAdmin } from './registration/admin.ts'
import { registrationApi } from './registration/api.ts'
import { entryPages } from './registration/entry/pages.ts'
import { registrationPages } from './registration/form/pages.ts'
import { reviewAdmin } from './review/admin.ts'
import { reviewApi } from './review/api.ts'
import { systemAdmin } from './system/admin.ts'
import { teamsApi } from './teams/api.ts'
import { tournamentsApi } from './tournaments/api.ts'

const IDLE_TIMEOUT_SECONDS = 10
const DEADLINE_GRACE_SECONDS = 5

/**
 * What happens when somebody asks. A request meets, in this order: its scope with its deadline (http/deadline.ts), its id and the headers
 * of every answer (a preflight ends here), the client's address, the host check; then the door of its route (http/admit.ts): who is it,
 * how often, may they, our own form, the body; then the handler. What is thrown on the way becomes a refusal in the words of the door;
 * every answer is compressed and logged.
 */
export function makeApp(ctx: AppContext, files: AssetFiles, clientFiles?: ClientFiles) {
  let methodsOf: (pathname: string) => string[] = () => []
  const app = new Elysia({
    name: 'teamsheet',
    serve: {
      maxRequestBodySize: SERVER_BODY_MAX_BYTES,
      idleTimeout: IDLE_TIMEOUT_SECONDS,
      reusePort: false,
      // Bun's development pages show source and paths.
      development: false,
    },
  })
    .wrap(answerInScope(ctx))
    .onError({ as: 'global' }, async ({ code, error, request, set }) => {
      const isUnknown = code === 'NOT_FOUND' && !(error instanceof AppError)
      const told = isUnknown
        ? await refuseUnknown(ctx, request, methodsOf, set.headers as Record<string, string | number>)
        : asAppError(ctx, request, code, error)
      set.status = told.status
      // Elysia gives it to none of the hooks below but the last, and that is told of the status here.
      const whole = refusal(ctx, request, told)
      const answer = (await encode(ctx, request, whole, set)) ?? whole
      set.status = told.status
      return answer
    })
    .onRequest(({ request, set, server }) => {
      Object.assign(set.headers, commonHeaders(ctx, request))
      const answered = preflight(ctx, request)
      if (answered) {
        // What ends here meets none of the hooks below.
        logRequest(ctx, request, answered.status)
        return answered
      }
      meetClient(ctx, request, server)
      refuseWhileStopping(ctx, request, set)
      checkAddress(ctx, request)
      server?.timeout(request, ctx.config.requestTimeout + DEADLINE_GRACE_SECONDS)
    })
    // Elysia waits only for hooks that are async by name.
    .mapResponse({ as: 'global' }, async ({ request, responseValue, set }) => encode(ctx, request, responseValue, set))
    .onAfterResponse({ as: 'global' }, ({ request, responseValue, route, set }) => {
      const answered = responseValue instanceof Response ? responseValue.status : Number(set.status ?? 200)
      const status = outcomeOf(request, answered)
      logRequest(ctx, request, status, route)
      countAnswer(ctx, request, route, status)
    })
    .use(apiDocs(ctx, new Elysia().use(versionOne(ctx)).use(firstClient(ctx))))
    .use(health(ctx))
    .use(metrics(ctx))
    .use(assets(files))
    .use(devParts(ctx))
    .use(authPages(ctx))
    .use(signInPages(ctx))
    .use(confirmAdmin(ctx))
    .use(factorsAdmin(ctx))
    .use(passkeysAdmin(ctx))
    .use(staffLinkPages(ctx))
    .use(ownAccountAdmin(ctx))
    .use(accountsAdmin(ctx))
    .use(peopleAdmin(ctx))
    .use(keysAdmin(ctx))
    .use(registrationAdmin(ctx))
    .use(reviewAdmin(ctx))
    .use(mailLogAdmin(ctx))
    .use(lettersAdmin(ctx))
    .use(mailSettingsAdmin(ctx))
    .use(linksAdmin(ctx))
    .use(systemAdmin(ctx))
    .use(auditAdmin(ctx))
    .use(erasureAdmin(ctx))
    .use(documentsPages(ctx))
    .use(entryPages(ctx))
    .use(clientFiles ? client(ctx, clientFiles) : homePages(ctx))
    .use(registrationPages(ctx))
    .group('/t/:slug', (one) => one.use(tournamentPages(ctx)))
    .use(firstClient(ctx))
    .use(versionOne(ctx))
    .group('/api/v1/tournaments/:slug', (one) => one.use(api(ctx)))
  methodsOf = methodFinder(app.routes)
  return app
}

/** What still arrives on connections that were open is refused, and they end with it; the probes tell it in their own way. */
function refuseWhileStopping(ctx: AppContext, request: Request, set: { headers: Record<string, unknown> }): void {
  if (!ctx.vitals.gate.isClosed) return
  set.headers.connection = 'close'
  if (!PROBES.has(pathOf(request))) throw new AppError('SERVICE_STOPPING')
}

/** A tournament's own pages, under `/t/<slug>`; those of the default one stand at `/` as well, unless a built client has it. */
const tournamentPages = (ctx: AppContext) =>
  new Elysia({ name: 'tournament-pages' }).use(homePages(ctx)).use(registrationPages(ctx))

const versionOne = (ctx: AppContext) =>
  new Elysia({ name: 'api.v1', prefix: '/api/v1' }).use(authApi(ctx)).use(api(ctx))

/** The first client's door, where it is served. */
const firstClient = (ctx: AppContext) => (ctx.config.icct26Api ? icct26Api(ctx) : new Elysia({ name: 'icct26.none' }))

/** The JSON door: for the default tournament and, the same, for each by its slug. */
const api = (ctx: AppContext) =>
  new Elysia({ name: 'api' })
    .use(tournamentsApi(ctx))
    .use(teamsApi(ctx))
    .use(clubsApi(ctx))
    .use(documentsApi(ctx))
    .use(registrationApi(ctx))
    .use(reviewApi(ctx))
