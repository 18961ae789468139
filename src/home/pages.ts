import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { basePath, html } from '#src/http/page.ts'
import { HomePage } from '#views/home/home.tsx'
import { describeTournament } from './service.ts'

/** The tournament's own page, for everybody: `/`, and `/t/<slug>`. */
export const homePages = (ctx: AppContext) =>
  new Elysia({ name: 'home.pages' })
    .use(admit(ctx))
    .get(
      '/',
      async ({ tournament, params }) =>
        html(HomePage({ ...(await describeTournament(ctx, tournament)), base: basePath(params) })),
      {
        admit: { tier: 'public', public: true, body: BODY_NONE },
      },
    )
