import { Elysia, t } from 'elysia'
import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken, ownOrigin } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { listEntryLinks, revokeEntryLink, revokeEntryLinks } from '#src/teams/service.ts'
import { LinksPage } from '#views/mail/links.tsx'
import { PassOnPage } from '#views/mail/pass-on.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { canDeliver } from '../model.ts'
import { getLinkedTeam, issueLinkByHand, mailLink } from './staff.ts'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const FormBody = t.Object({ csrf: t.String({ default: '' }) })
/** Made anew for each route: Elysia writes into what a route declares. */
const form = () =>
  ({ admit: { tier: 'write', requires: 'registrations.edit', body: BODY_FORM }, body: FormBody }) as const

/** The links that open a team's own page: issued, mailed and revoked by staff. */
export const linksAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'mail.links-admin' })
    .use(admit(ctx))
    .get(
      '/admin/registrations/:id/links',
      ({ actor, tournament, params, query }) =>
        showLinks(ctx, staffOf(actor), tournament, params.id, { flash: doneFlash(query) }),
      { admit: { tier: 'admin', requires: 'registrations.edit', body: BODY_NONE } },
    )
    .post(
      '/admin/registrations/:id/links',
      async ({ actor, tournament, params, body, request }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        const team = await getLinkedTeam(ctx, tournament, params.id)
        const message = await issueLinkByHand(ctx, staff, tournament, team, ownOrigin(ctx, request))
        const frame = staffFrame(ctx, staff, tournament)
        const backHref = `/admin/registrations/${team.id}/links`
        return html(PassOnPage({ frame, message, section: 'registrations', backHref, kind: 'link', team }))
      },
      form(),
    )
    .post(
      '/admin/registrations/:id/links/mail',
      async ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        const team = await getLinkedTeam(ctx, tournament, params.id)
        try {
          await mailLink(ctx, staff, tournament, team)
        } catch (thrown) {
          if (!(thrown instanceof AppError) || thrown.status !== 409) throw thrown
          const flash = { kind: 'error', text: thrown.message } as const
          return showLinks(ctx, staff, tournament, team.id, { flash, status: thrown.status })
        }
        return back(team.id, { done: 'mailed' })
      },
      form(),
    )
    .post(
      '/admin/registrations/:id/links/revocation',
      async ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const { id: teamId } = await getLinkedTeam(ctx, tournament, params.id)
        const links = await revokeEntryLinks(ctx, actor, { tournamentId: tournament.id, teamId })
        return back(teamId, { done: 'revoked', links: String(links) })
      },
      form(),
    )
    .post(
      '/admin/registrations/:id/links/:linkId/revocation',
      async ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const { id: teamId } = await getLinkedTeam(ctx, tournament, params.id)
        if (!UUID.test(params.linkId)) throw new AppError('NOT_FOUND')
        await revokeEntryLink(ctx, actor, { tournamentId: tournament.id, teamId, id: params.linkId })
        return back(teamId, { done: 'revoked', links: '1' })
      },
      form(),
    )

const back = (teamId: string, told: Record<string, string>) =>
  seeOther(`/admin/registrations/${teamId}/links?${new URLSearchParams(told)}`)

function doneFlash({ done, links = '' }: Record<string, string | undefined>): FlashMessage | undefined {
  if (done === 'mailed') return { kind: 'success', text: m.links_done_mailed() }
  if (done !== 'revoked' || !/^\d{1,4}$/.test(links)) return undefined
  return { kind: 'success', text: m.links_done_revoked({ count: Number(links) }) }
}

type Told = { flash?: FlashMessage; status?: number }

async function showLinks(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  teamId: string,
  { flash, status }: Told,
): Promise<Response> {
  const team = await getLinkedTeam(ctx, tournament, teamId)
  const props = {
    frame: staffFrame(ctx, actor, tournament),
    team: { id: team.id, code: team.code, name: team.name },
    links: await listEntryLinks(ctx, team.id),
    timeZone: tournament.timeZone,
    canMail: canDeliver(ctx.config) && team.captain.email !== '',
    flash,
  }
  return html(LinksPage(props), { status })
}
