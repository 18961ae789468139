import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { type Admission, admit } from '#src/http/admit.ts'
import { databaseProbe } from '#src/http/health.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { firstClientRefusals, jsonAnswer } from '#src/http/openapi.ts'
import { canDeliver } from '#src/mail/model.ts'
import { countTeamsByState } from '#src/teams/service.ts'
import { VERSION } from '#src/version.ts'
import { HealthAnswer, QueueAnswer, StatusAnswer, TAGS } from './model.ts'
import { statesOf } from './states.ts'

/** Said as every route says it, without the door's look at the database: these two answer when it is down, too. */
const UNCOUNTED: Admission = { tier: 'uncounted', public: true, body: BODY_NONE }

/** How the server is doing, in the first client's words. */
export const status = (ctx: AppContext) => {
  const isDatabaseThere = databaseProbe(ctx)
  const timestamp = () => ctx.now().toISOString()
  return new Elysia({ name: 'icct26.status' })
    .use(admit(ctx))
    .get(
      '/health',
      async ({ set }): Promise<HealthAnswer> => {
        const isHealthy = await isDatabaseThere()
        set.status = isHealthy ? 200 : 503
        set.headers['cache-control'] = 'no-store'
        const told = isHealthy ? 'healthy' : 'unhealthy'
        return { status: told, service: ctx.config.appTitle, timestamp: timestamp(), version: VERSION }
      },
      {
        detail: {
          'x-admission': UNCOUNTED,
          summary: 'Whether the server and its database are there; 503, in the same words, when not',
          tags: TAGS,
          responses: { 200: jsonAnswer('Healthy', HealthAnswer), ...firstClientRefusals() },
        } as Record<string, unknown>,
      },
    )
    .get(
      '/status',
      async (): Promise<StatusAnswer> => {
        const isThere = await isDatabaseThere()
        const tournament = isThere ? await ctx.findTournament().catch(() => undefined) : undefined
        return {
          status: 'operational',
          api_version: VERSION,
          database: isThere ? 'connected' : 'disconnected',
          email_service: canDeliver(ctx.config) ? 'configured' : 'not configured',
          tournament: tournament?.name ?? null,
          timestamp: timestamp(),
        }
      },
      {
        detail: {
          'x-admission': UNCOUNTED,
          summary: 'What is set up and connected',
          tags: TAGS,
          responses: { 200: jsonAnswer('The status', StatusAnswer), ...firstClientRefusals() },
        } as Record<string, unknown>,
      },
    )
    .get(
      '/queue/status',
      async ({ tournament }): Promise<QueueAnswer> => {
        const counts = await countTeamsByState(ctx.db.read, tournament.id)
        const count = (states: readonly (keyof typeof counts)[]) =>
          states.reduce((sum, state) => sum + (counts[state] ?? 0), 0)
        const pending = count(statesOf('pending'))
        const processed = count([...statesOf('confirmed'), ...statesOf('rejected')])
        return {
          status: 'operational',
          pending_registrations: pending,
          processed_registrations: processed,
          message: m.icct26_queue({ pending, processed }),
        }
      },
      {
        admit: { tier: 'read', public: true, body: BODY_NONE },
        detail: {
          summary: 'How many registrations wait for a decision, and how many are decided',
          tags: TAGS,
          responses: { 200: jsonAnswer('Counted', QueueAnswer), ...firstClientRefusals() },
        },
      },
    )
    .get('/docs', () => new Response(null, { status: 302, headers: { location: '/api/docs' } }), {
      admit: { tier: 'public', public: true, body: BODY_NONE },
      detail: { hide: true },
    })
}
