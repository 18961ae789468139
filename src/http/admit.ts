import type { Context } from 'elysia'
import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { currentScope } from '#src/lib/scope.ts'
import { type Actor, isConfirmed, may, type Permission } from '#src/permissions.ts'
import { readBody } from './body.ts'
import { checkOrigin } from './csrf.ts'
import { type BodyLimit, bodyMaxBytes, bodyTooLarge } from './limits.ts'
import { countRequest, identifySender } from './rate-limit.ts'
import { requestState } from './request-state.ts'
import type { Tier } from './tiers.ts'

const SECOND_MS = 1000

/**
 * What every route declares: how often, for whom, how large a body; and how long it may take, where less than `REQUEST_TIMEOUT`. For
 * everybody (`public`), for whoever holds a permission (`requires`), or for every member of staff, whatever their role (`signedIn`).
 * `confirmed`: only soon after the second factor, or the password where there is none, was given again, so never for a key.
 * `keys`: for programs by whatever key they show, too.
 * `enrols`: open to somebody who has nothing left to do but to set up a second factor.
 */
export type Admission = {
  tier: Tier
  body: BodyLimit
  deadlineSeconds?: number
  confirmed?: true
  enrols?: true
} & (
  | { public: true; requires?: undefined; signedIn?: undefined; keys?: undefined }
  | { requires: Permission; public?: undefined; signedIn?: undefined; keys?: undefined }
  | { signedIn: true; keys?: true; public?: undefined; requires?: undefined }
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
          const { kind } = admission.body
          const maxBytes = bodyMaxBytes(admission.body, ctx.config)
          return kind === 'none' || kind === 'stream' ? {} : readBody(context.request, { ...admission.body, maxBytes })
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
  if (admission.deadlineSeconds !== undefined) currentScope()?.endWithin(admission.deadlineSeconds * SECOND_MS)
  state.route = context.route
  state.tier = admission.tier
  state.actor = await identifySender(ctx, state, context.request)
  await countRequest(ctx, state, admission.tier, context.request, context.set.headers)
  state.tournament = await ctx.findTournament((context.params as Record<string, string> | undefined)?.slug)
  if (!state.tournament) throw new AppError('NOT_FOUND', { message: 'There is no such tournament.' })
  guard(state.actor, admission, state.tournament.id, ctx.now())
  checkOrigin(ctx, context.request, state.actor)
  const maxBytes = bodyMaxBytes(admission.body, ctx.config)
  if (Number(context.request.headers.get('content-length') ?? 0) > maxBytes) throw bodyTooLarge(maxBytes)
}

function guard(actor: Actor, admission: Admission, tournamentId: string, now: Date): void {
  if (admission.public) return
  if (actor.kind === 'nobody') throw new AppError('UNAUTHORIZED')
  if (actor.kind === 'staff' && actor.mustEnrol && !admission.enrols) throw new AppError('SECOND_FACTOR_SETUP_REQUIRED')
  const isKnown = actor.kind === 'staff' || (admission.keys === true && actor.kind === 'key')
  const isAllowed = admission.signedIn ? isKnown : may(actor, admission.requires, tournamentId)
  if (!isAllowed || (admission.confirmed && actor.kind !== 'staff')) throw new AppError('FORBIDDEN')
  if (admission.confirmed && !isConfirmed(actor, now)) throw new AppError('SECOND_FACTOR_REQUIRED')
}
