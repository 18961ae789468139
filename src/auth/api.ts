import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { factorsApi } from './factors/api.ts'
import { meApi } from './me/api.ts'
import { registerApi } from './register/api.ts'
import { tokensApi } from './tokens/api.ts'

/** Staff and keys at the JSON door: the server's own, whatever the tournament. */
export const authApi = (ctx: AppContext) =>
  new Elysia({ name: 'auth.api' }).use(tokensApi(ctx)).use(factorsApi(ctx)).use(meApi(ctx)).use(registerApi(ctx))
