import { beginTokens, openTokens, refreshTokens } from '#src/auth/tokens/service.ts'
import type { Role } from '#src/permissions.ts'
import { addStaff } from '#src/staff/service.ts'
import type { TestContext } from '#test/support/context.ts'
import { PASSWORD } from '#test/support/staff.ts'

/** Tokens of a session that was begun just then. */
export async function tokensOf(ctx: TestContext, staffId: string) {
  const begun = await ctx.db.write.begin((tx) => beginTokens(tx, { staffId, device: '', isConfirmed: true }, ctx.now()))
  return openTokens(ctx, begun)
}

/** Somebody of this role with a program's session, as if signed in at the API; `name` names them and their e-mail. */
export async function aProgram(ctx: TestContext, role: Role, name: string = role) {
  const email = `${name.toLowerCase()}@example.org`
  const staffId = await addStaff(ctx, { name, email, password: PASSWORD, role })
  return { staffId, email, ...(await tokensOf(ctx, staffId)) }
}

export const refreshed = async (ctx: TestContext, refreshToken: string) =>
  openTokens(ctx, await refreshTokens(ctx, refreshToken))

/** A request with this access token or key. */
export const bearer = (token: string, more: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${token}`, ...more },
})
