import { Elysia, t } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { SystemPage } from '#views/system/system.tsx'
import { TOLD, type Told, toldOf } from './model.ts'
import { dismissNotice, getSystemStatus, resetDependency, runTaskNow } from './service.ts'

const FormBody = t.Object({ csrf: t.String({ default: '' }) })
/** Made anew for each route: Elysia writes into what a route declares. */
const form = () => ({ admit: { tier: 'write', requires: 'system.see', body: BODY_FORM }, body: FormBody }) as const

/** How the server is doing, for its owner: facts, notices, outside services, tasks. */
export const systemAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'system.admin' })
    .use(admit(ctx))
    .get(
      '/admin/system',
      async ({ actor, tournament, query }) => {
        const status = await getSystemStatus(ctx)
        // The page has them, with the way to dismiss them.
        const frame = { ...staffFrame(ctx, staffOf(actor), tournament), notices: [] }
        const done = TOLD.find((known) => known === query.done)
        return html(SystemPage({ ...status, frame, timeZone: tournament.timeZone, done, name: query.name }))
      },
      { admit: { tier: 'admin', requires: 'system.see', body: BODY_NONE } },
    )
    .post(
      '/admin/system/dependencies/:name/reset',
      async ({ actor, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        await resetDependency(ctx, actor, params.name)
        return back('reset', params.name)
      },
      form(),
    )
    .post(
      '/admin/system/tasks/:name/run',
      async ({ actor, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return back(toldOf(await runTaskNow(ctx, actor, params.name)), params.name)
      },
      form(),
    )
    .post(
      '/admin/system/notices/:id/dismissal',
      async ({ actor, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        await dismissNotice(ctx, actor, params.id)
        return back('dismissed')
      },
      form(),
    )

const back = (done: Told, name?: string) =>
  seeOther(`/admin/system?${new URLSearchParams({ done, ...(name !== undefined && { name }) })}`)
