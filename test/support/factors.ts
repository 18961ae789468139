import { Secret, TOTP } from 'otpauth'
import { beginTotp, enableTotp } from '#src/auth/factors/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Role } from '#src/permissions.ts'
import type { TestContext } from './context.ts'
import { type SignedIn, signedIn } from './staff.ts'

const STEP_MS = 30_000

export type Enrolled = SignedIn & { secret: string; codes: string[] }

/** What the app shows, so many steps from now. */
export const codeOf = (ctx: Pick<AppContext, 'now'>, secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ctx.now().getTime() + steps * STEP_MS })

/** Some code that is not the app's now, nor beside it. */
export function wrongCode(ctx: Pick<AppContext, 'now'>, secret: string): string {
  const right = new Set([-2, -1, 0, 1, 2].map((steps) => codeOf(ctx, secret, steps)))
  return ['111111', '222222', '333333', '444444', '555555', '666666'].find((code) => !right.has(code))!
}

/** Waits until the app shows another code than it did, by moving the clock. */
export const nextStep = (ctx: TestContext) => ctx.travel(STEP_MS)

/** Somebody with an authenticator app, and a session from before; the code that enabled it is not good again. */
export async function enrolled(ctx: TestContext, role: Role, name: string): Promise<Enrolled> {
  const staff = await signedIn(ctx, role, name)
  const { secret } = await beginTotp(ctx, staff.actor)
  const enabled = await enableTotp(ctx, staff.actor, codeOf(ctx, secret))
  if (enabled.outcome !== 'enabled') throw new Error('The app’s own code was refused.')
  nextStep(ctx)
  return {
    ...staff,
    actor: { ...staff.actor, hasFactor: true, enrolBy: null, mustEnrol: false },
    cookie: `session=${enabled.token}`,
    secret,
    codes: enabled.codes,
  }
}
