import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { decisions } from './decisions.ts'
import { publicReads } from './public.ts'
import { registration } from './registration.ts'
import { staffReads } from './staff.ts'
import { status } from './status.ts'

/**
 * The door of the first client, at the paths it knows: the default tournament, in that client's shapes. Its refusals are worded in
 * http/first-client.ts, as most are met before a route is.
 */
export const icct26Api = (ctx: AppContext) =>
  new Elysia({ name: 'icct26' })
    .use(registration(ctx))
    .use(publicReads(ctx))
    .use(staffReads(ctx))
    .use(decisions(ctx))
    .use(status(ctx))
