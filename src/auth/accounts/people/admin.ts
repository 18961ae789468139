import { Elysia, t } from 'elysia'
import type { AppContext, Tournament } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken, ownOrigin } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { canDeliver } from '#src/mail/model.ts'
import { isConfirmed, ROLE_NAMES } from '#src/permissions.ts'
import { managesStaff, mayGive } from '#src/staff/model.ts'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { AccountPage } from '#views/staff/account.tsx'
import { MadeLinkPage } from '#views/staff/made-link.tsx'
import { sessionCookie } from '../../pages.ts'
import { doneFlash, readGiven, readTournament, refusedFlash, sendingOf } from '../form.ts'
import { inviteAgain, withdrawInvitation } from '../invite.ts'
import { getSeenAccount, listInvitable } from '../read.ts'
import { issueReset } from '../reset.ts'
import { disableAccount, enableAccount, giveRole, removeFactorsOf, takeRole } from '../rights.ts'
import { endSessionsOf } from '../sessions.ts'

const field = t.String({ default: '' })
const FormBody = t.Object({ csrf: field })
const SendingBody = t.Object({ csrf: field, sending: field })
/** Made anew for each route: Elysia writes into what a route declares. */
const write = () => ({ tier: 'write', requires: 'staff.invite', confirmed: true, body: BODY_FORM }) as const
const manage = () => ({ tier: 'write', requires: 'staff.manage', confirmed: true, body: BODY_FORM }) as const

/** One person's account: what they may do, and the ends of it. */
export const peopleAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'auth.accounts.people-admin' })
    .use(admit(ctx))
    .get(
      '/admin/staff/:id',
      ({ actor, tournament, params, query }) =>
        showAccount(ctx, staffOf(actor), tournament, params.id, { flash: doneFlash(query.done) }),
      { admit: { tier: 'admin', requires: 'staff.invite', body: BODY_NONE } },
    )
    .post(
      '/admin/staff/:id/roles',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return orRefused(ctx, staffOf(actor), tournament, params.id, async () =>
          afterRole(ctx, params.id, await giveRole(ctx, actor, params.id, readGiven(body))),
        )
      },
      { admit: write(), body: t.Object({ csrf: field, role: field, tournament: field }) },
    )
    .post(
      '/admin/staff/:id/roles/removal',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return orRefused(ctx, staffOf(actor), tournament, params.id, async () =>
          afterRole(
            ctx,
            managesStaff(actor) ? params.id : '',
            await takeRole(ctx, actor, params.id, readTournament(body.tournament)),
          ),
        )
      },
      { admit: write(), body: t.Object({ csrf: field, tournament: field }) },
    )
    .post(
      '/admin/staff/:id/invitation',
      ({ actor, tournament, params, body, request }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        return orRefused(ctx, staff, tournament, params.id, async () => {
          const invited = await inviteAgain(ctx, staff, params.id, sendingOf(body.sending))
          if (invited.outcome !== 'link') return back(params.id, invited.outcome)
          return showLink(
            ctx,
            staff,
            tournament,
            params.id,
            'invitation',
            new URL(invited.path, ownOrigin(ctx, request)),
          )
        })
      },
      { admit: write(), body: SendingBody },
    )
    .post(
      '/admin/staff/:id/invitation/withdrawal',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        return orRefused(ctx, staff, tournament, params.id, async () => {
          await withdrawInvitation(ctx, staff, params.id)
          return seeOther('/admin/staff?done=withdrawn')
        })
      },
      { admit: write(), body: FormBody },
    )
    .post(
      '/admin/staff/:id/reset',
      ({ actor, tournament, params, body, request }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        return orRefused(ctx, staff, tournament, params.id, async () => {
          const path = await issueReset(ctx, actor, params.id, sendingOf(body.sending))
          if (path === undefined) return back(params.id, 'reset')
          return showLink(ctx, staff, tournament, params.id, 'reset', new URL(path, ownOrigin(ctx, request)))
        })
      },
      { admit: manage(), body: SendingBody },
    )
    .post(
      '/admin/staff/:id/disabling',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return act(ctx, staffOf(actor), tournament, params.id, 'disabled', disableAccount)
      },
      { admit: manage(), body: FormBody },
    )
    .post(
      '/admin/staff/:id/enabling',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return act(ctx, staffOf(actor), tournament, params.id, 'enabled', enableAccount)
      },
      { admit: manage(), body: FormBody },
    )
    .post(
      '/admin/staff/:id/second-factor/removal',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return act(ctx, staffOf(actor), tournament, params.id, 'factors', removeFactorsOf)
      },
      { admit: manage(), body: FormBody },
    )
    .post(
      '/admin/staff/:id/sessions/ending',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return act(ctx, staffOf(actor), tournament, params.id, 'sessions', endSessionsOf)
      },
      { admit: manage(), body: FormBody },
    )

const back = (id: string, done: string) => seeOther(`/admin/staff/${id}?done=${done}`)

/** Who changed their own role, or took the one they see somebody for, may not be allowed to see the page any more. */
const afterRole = (ctx: AppContext, id: string, token: string | null): Response =>
  token === null
    ? seeOther(`/admin/staff${id && `/${id}`}?done=role`)
    : seeOther('/account?done=role', { 'set-cookie': sessionCookie(ctx, token) })

const act = (
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  id: string,
  done: string,
  run: (ctx: AppContext, actor: StaffActor, id: string) => Promise<unknown>,
): Promise<Response> =>
  orRefused(ctx, actor, tournament, id, async () => {
    await run(ctx, actor, id)
    return back(id, done)
  })

async function orRefused(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  id: string,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run()
  } catch (thrown) {
    const refused = refusedFlash(thrown)
    if (!refused) throw thrown
    return showAccount(ctx, actor, tournament, id, refused)
  }
}

async function showLink(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  id: string,
  kind: 'invitation' | 'reset',
  address: URL,
): Promise<Response> {
  const { email } = await getSeenAccount(ctx, actor, id)
  const frame = staffFrame(ctx, actor, tournament)
  return html(MadeLinkPage({ frame, kind, address: address.href, to: email, backHref: `/admin/staff/${id}` }))
}

async function showAccount(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  id: string,
  { flash, status }: { flash?: FlashMessage; status?: number },
): Promise<Response> {
  const [account, tournaments] = await Promise.all([getSeenAccount(ctx, actor, id), listInvitable(ctx, actor)])
  const { mayAct } = account
  const manages = managesStaff(actor)
  const roles = account.grants.map(({ role, tournamentId }) => ({
    role,
    tournamentId,
    tournament: tournaments.find((one) => one.id === tournamentId)?.name,
    canTake: mayAct && mayGive(actor, role, tournamentId),
  }))
  const props = {
    frame: staffFrame(ctx, actor, tournament),
    account,
    roles,
    giving: {
      roles: ROLE_NAMES.filter((role) => manages || tournaments.some((one) => mayGive(actor, role, one.id))),
      tournaments,
      isForAll: mayGive(actor, 'viewer', null),
    },
    timeZone: tournament.timeZone,
    manages,
    isSelf: actor.id === id,
    canMail: canDeliver(ctx.config),
    isConfirmed: isConfirmed(actor, ctx.now()),
    flash,
  }
  return html(AccountPage(props), { status })
}
