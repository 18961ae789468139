import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { PartsPage } from '#views/dev/parts.tsx'
import { admit } from './admit.ts'
import { BODY_NONE } from './limits.ts'
import { html } from './page.ts'

/** `/dev/parts`: every part of the pages in every state, in development only. */
export const devParts = (ctx: AppContext) => {
  const routes = new Elysia({ name: 'dev-parts' }).use(admit(ctx))
  if (ctx.config.environment !== 'development') return routes
  return routes.get('/dev/parts', () => html(PartsPage({})), {
    admit: { tier: 'public', public: true, body: BODY_NONE },
  })
}
