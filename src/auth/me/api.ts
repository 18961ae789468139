import { Elysia } from 'elysia'
import type { AppContext, Tournament } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_JSON, BODY_NONE } from '#src/http/limits.ts'
import { BODY_REFUSALS, jsonAnswer, jsonBody, refusals, STAFF_REFUSALS } from '#src/http/openapi.ts'
import { staffOf } from '#src/http/staff-frame.ts'
import { CONFIRMED_MS, type KeyActor, type StaffActor } from '#src/permissions.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { sessionCookie } from '../pages.ts'
import { guessRefused } from '../refused-guess.ts'
import { confirmSession } from '../service.ts'
import { readTexts } from '../tokens/model.ts'
import { ConfirmAnswer, ConfirmBody, MeAnswer } from './model.ts'

const TAGS = ['auth']

/** Who asks, and that it is still them. */
export const meApi = (ctx: AppContext) =>
  new Elysia({ name: 'auth.me-api' })
    .use(admit(ctx))
    .get(
      '/auth/me',
      async ({ actor, tournament }) =>
        actor.kind === 'key' ? programAnswer(ctx, actor) : personAnswer(ctx, staffOf(actor), tournament),
      {
        admit: { tier: 'read', signedIn: true, keys: true, body: BODY_NONE },
        detail: {
          summary: 'Who is asking, and what they may do',
          tags: TAGS,
          responses: { 200: jsonAnswer('A member of staff, or a key', MeAnswer), ...refusals(...STAFF_REFUSALS) },
        },
      },
    )
    .post(
      '/auth/confirm',
      async ({ actor, body, set }) => {
        const staff = staffOf(actor)
        const given = readTexts(body, [staff.hasFactor ? 'code' : 'password'])
        const confirmed = await confirmSession(ctx, staff, given)
        if (confirmed.outcome !== 'confirmed') throw guessRefused(ctx, confirmed)
        if (confirmed.token !== null) set.headers['set-cookie'] = sessionCookie(ctx, confirmed.token)
        return { expires_in: CONFIRMED_MS / 1000 }
      },
      {
        admit: { tier: 'write', signedIn: true, enrols: true, body: BODY_JSON },
        detail: {
          summary: 'Confirm that it is still you',
          description:
            'For the next minutes what has to be confirmed may be done. By a code where a second factor is set up, else by the password. Never by a key.',
          tags: TAGS,
          requestBody: jsonBody(ConfirmBody, { code: '123456' }),
          responses: {
            200: jsonAnswer('Confirmed', ConfirmAnswer),
            ...refusals(...BODY_REFUSALS, ...STAFF_REFUSALS, 'VALIDATION_FAILED'),
          },
        },
      },
    )

async function personAnswer(ctx: AppContext, staff: StaffActor, { slug, name }: Tournament): Promise<MeAnswer> {
  const roles = staff.grants.map(async ({ role, tournamentId }) => ({
    role,
    tournament: tournamentId === null ? null : (await getTournament(ctx, tournamentId)).slug,
  }))
  const confirmedUntil = (staff.confirmedAt?.getTime() ?? 0) + CONFIRMED_MS
  return {
    kind: 'staff',
    id: staff.id,
    name: staff.name,
    email: staff.email,
    roles: await Promise.all(roles),
    tournament: { slug, name },
    second_factor: { is_set_up: staff.hasFactor, enrol_by: staff.enrolBy?.toISOString() ?? null },
    confirmed_until: confirmedUntil > ctx.now().getTime() ? new Date(confirmedUntil).toISOString() : null,
  }
}

async function programAnswer(ctx: AppContext, { id, name, scopes, tournamentId }: KeyActor): Promise<MeAnswer> {
  const tournament = tournamentId === null ? null : await getTournament(ctx, tournamentId)
  return {
    kind: 'key',
    id,
    name,
    scopes: [...scopes],
    tournament: tournament && { slug: tournament.slug, name: tournament.name },
  }
}
