import type { Context } from 'elysia'
import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, may, type Permission } from '#src/permissions.ts'
import { readBody } from './body.ts'
import { checkOrigin } from './csrf.ts'
import type { BodyLimit } from './limits.ts'
import { countRequest, identifySender } from './rate-limit.ts'
import { requestState } from './request-state.ts'
import type { Tier } from './tiers.ts'

/** What every route declares: how often, for whom, and how large a body. */
export type Admission = { tier: Tier; body: BodyLimit } & (
  | { public: true; requires?: undefined }
  | { requires: Permission; public?: undefined }
)

/**
 * The door of every route, in the order a request meets it: who is it, how often, may they, is it our own page's form, the body.
 * A handler then has `actor`, `tournament`, `address` and `requestId`. Throws what each step refuses with.
 */
export const admit = (ctx: AppContext) =>
  new Elysia({ name: 'admit' }).macro({
    admit: (admission: Admission) => ({
      detail: { 'x-admission': admission } as Record<string, unknown>,
      parse: [
        async (context: Context) => {
          await pass(ctx, context, admission)
          return admission.body.kind === 'json' || admission.body.kind === 'form'
            ? readBody(context.request, admission.body)
            : {}
        },
      ],
      transform: (context: Context) => pass(ctx, context, admission),
      resolve: ({ request }: { request: Request }) => {
        const state = requestState(request)
        return { actor: state.actor, tournament: state.tournament!, address: state.address, requestId: state.id }
      },
    }),
  })

/** Runs once a request: in `parse`, before a body is read; for requests without one, in `transform`. */
async function pass(ctx: AppContext, context: Context, admission: Admission): Promise<void> {
  const state = requestState(context.request)
  if (state.admitted) return
  state.admitted = true
  state.route = context.route
  state.tier = admission.tier
  state.actor = await identifySender(ctx, state, context.request)
  await countRequest(ctx, state, admission.tier, context.request, context.set.headers)
  state.tournament = await ctx.findTournament((context.params as Record<string, string> | undefined)?.slug)
  if (!state.tournament) throw new AppError('NOT_FOUND', { message: 'There is no such tournament.' })
  guard(state.actor, admission, state.tournament.id)
  checkOrigin(ctx, context.request)
}

function guard(actor: Actor, admission: Admission, tournamentId: string): void {
  if (admission.public) return
  if (actor.kind === 'nobody') throw new AppError('UNAUTHORIZED')
  if (!may(actor, admission.requires, tournamentId)) throw new AppError('FORBIDDEN')
}
