import { Elysia, t } from 'elysia'
import type { AppContext, Tournament } from '#src/context.ts'
import { type FieldError, fieldErrorsOf } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken, ownOrigin } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { LIST_LIMIT_DEFAULT, readCursor, writeCursor } from '#src/http/listing.ts'
import { html, seeOther } from '#src/http/page.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { canDeliver } from '#src/mail/model.ts'
import { isConfirmed, ROLE_NAMES } from '#src/permissions.ts'
import { managesStaff, mayGive } from '#src/staff/model.ts'
import { AccountsPage, type TypedInvitation } from '#views/staff/accounts.tsx'
import { MadeLinkPage } from '#views/staff/made-link.tsx'
import { doneFlash, readGiven, refusedFlash, sendingOf } from './form.ts'
import { invite } from './invite.ts'
import { type AccountPlace, listAccounts, listInvitable } from './read.ts'

const SORT = 'email'
const field = t.String({ default: '' })

/** Everybody who signs in, and how more of them come. */
export const accountsAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'auth.accounts.admin' })
    .use(admit(ctx))
    .get('/admin/staff', ({ actor, tournament, query }) => showAccounts(ctx, staffOf(actor), tournament, { query }), {
      admit: { tier: 'admin', requires: 'staff.invite', body: BODY_NONE },
    })
    .post(
      '/admin/staff',
      async ({ actor, tournament, body, request }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        try {
          const given = { ...body, ...readGiven(body), sending: sendingOf(body.sending) }
          const invited = await invite(ctx, staff, given)
          if (invited.outcome !== 'link') return seeOther(`/admin/staff?done=${invited.outcome}`)
          const address = new URL(invited.path, ownOrigin(ctx, request)).href
          const frame = staffFrame(ctx, staff, tournament)
          return html(MadeLinkPage({ frame, kind: 'invitation', address, to: body.email, backHref: '/admin/staff' }))
        } catch (thrown) {
          const refused = refusedFlash(thrown)
          if (refused) return showAccounts(ctx, staff, tournament, { typed: body, ...refused })
          return showAccounts(ctx, staff, tournament, { typed: body, errors: fieldErrorsOf(thrown), status: 422 })
        }
      },
      {
        admit: { tier: 'write', requires: 'staff.invite', confirmed: true, body: BODY_FORM },
        body: t.Object({ csrf: field, email: field, name: field, role: field, tournament: field, sending: field }),
      },
    )

type Shown = {
  query?: Record<string, string | undefined>
  typed?: TypedInvitation
  errors?: FieldError[]
  flash?: ReturnType<typeof doneFlash>
  status?: number
}

async function showAccounts(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  { query = {}, typed, errors = [], flash = doneFlash(query.done), status }: Shown,
): Promise<Response> {
  const place = readPlace((query.cursor && readCursor(query.cursor, SORT)) || [])
  const [{ rows, newer, older }, tournaments] = await Promise.all([
    listAccounts(ctx, actor, { limit: LIST_LIMIT_DEFAULT, place }),
    listInvitable(ctx, actor),
  ])
  const props = {
    frame: staffFrame(ctx, actor, tournament),
    rows,
    timeZone: tournament.timeZone,
    newerHref: newer && addressOf(newer),
    olderHref: older && addressOf(older),
    invitation: {
      roles: ROLE_NAMES.filter((role) => managesStaff(actor) || tournaments.some(({ id }) => mayGive(actor, role, id))),
      tournaments,
      isForAll: mayGive(actor, 'viewer', null),
      canMail: canDeliver(ctx.config),
      isConfirmed: isConfirmed(actor, ctx.now()),
      typed,
    },
    errors,
    flash,
  }
  return html(AccountsPage(props), { status })
}

const addressOf = ({ direction, emailKey }: AccountPlace) =>
  `/admin/staff?${new URLSearchParams({ cursor: writeCursor(SORT, [direction, emailKey]) })}`

/** Undefined where it was not made by this list. */
function readPlace([direction, emailKey]: readonly string[]): AccountPlace | undefined {
  if ((direction !== 'after' && direction !== 'before') || emailKey === undefined) return undefined
  return { direction, emailKey }
}
