import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_JSON } from '#src/http/limits.ts'
import { BODY_REFUSALS, jsonAnswer, jsonBody, refusals, STAFF_REFUSALS } from '#src/http/openapi.ts'
import { staffOf } from '#src/http/staff-frame.ts'
import { RegisterAnswer, RegisterBody } from './model.ts'
import { registerStaff } from './service.ts'

/** Accounts that staff make for others. */
export const registerApi = (ctx: AppContext) =>
  new Elysia({ name: 'auth.register-api' }).use(admit(ctx)).post(
    '/auth/register',
    async ({ actor, body, tournament, set }) => {
      const registered = await registerStaff(ctx, staffOf(actor), body, tournament)
      set.status = 201
      return registered
    },
    {
      admit: { tier: 'write', signedIn: true, confirmed: true, body: BODY_JSON },
      detail: {
        summary: 'Make an account for somebody else',
        description:
          'Owners give any role; administrators those of viewers and reviewers, in tournaments of theirs. Nobody makes an account for themselves.',
        tags: ['auth'],
        requestBody: jsonBody(RegisterBody, {
          name: 'Meena Raj',
          email: 'meena@example.org',
          password: 'a rope for the marquee',
          role: 'reviewer',
        }),
        responses: {
          201: jsonAnswer('The account', RegisterAnswer),
          ...refusals(...BODY_REFUSALS, ...STAFF_REFUSALS, 'SECOND_FACTOR_REQUIRED', 'VALIDATION_FAILED'),
        },
      },
    },
  )
