import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { followLink } from '#src/http/follow-link.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { waitFields } from '#src/http/rate-limit-fields.ts'
import { networkOf } from '#src/lib/networks.ts'
import { canDeliver } from '#src/mail/model.ts'
import { requestEntryLink } from '#src/mail/service.ts'
import { getTeam, getTeamByLink } from '#src/teams/service.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { EntryPage } from '#views/registration/entry.tsx'
import { EntryDoorPage, type EntryDoorProps } from '#views/registration/entry-door.tsx'
import { draftLinkPages } from './draft/pages.ts'
import { getEntry, openEntry, withdrawTeam } from './open.ts'
import { entryProps } from './view.ts'

const REASON_LENGTH_MAX = 500
const DOOR_FIELD_LENGTH_MAX = 40
/** Longer than any address, so that a long one is told to be wrong. */
const EMAIL_LENGTH_MAX = 300

/** What a captain comes back to: the form by its link, the team's own page by its link or by reference and PIN. */
export const entryPages = (ctx: AppContext) =>
  new Elysia({ name: 'registration.entry-pages' })
    .use(admit(ctx))
    .use(draftLinkPages(ctx))
    .get('/entry', ({ query }) => html(EntryDoorPage({ ...door(ctx), isAsked: query.asked !== undefined })), {
      admit: { tier: 'public', public: true, body: BODY_NONE },
    })
    .post(
      '/entry',
      async ({ body, address, request }) => {
        const { reference = '', pin = '' } = body as Record<string, string>
        const typed = { reference: reference.slice(0, DOOR_FIELD_LENGTH_MAX), pin: pin.slice(0, DOOR_FIELD_LENGTH_MAX) }
        try {
          return seeOther(`/entry/${await openEntry(ctx, typed, networkOf(address))}`)
        } catch (error) {
          return shutDoor(ctx, request, error, { reference: typed.reference, wrongField: 'reference' })
        }
      },
      { admit: { tier: 'write', public: true, body: BODY_FORM } },
    )
    .post(
      '/entry/link',
      async ({ body, address, request }) => {
        const { email = '' } = body as Record<string, string>
        const typed = email.slice(0, EMAIL_LENGTH_MAX)
        try {
          await requestEntryLink(ctx, typed, networkOf(address))
          return seeOther('/entry?asked')
        } catch (error) {
          return shutDoor(ctx, request, error, { email: typed, wrongField: 'email' })
        }
      },
      { admit: { tier: 'write', public: true, body: BODY_FORM } },
    )
    .get(
      '/entry/:token',
      ({ params, query, address }) =>
        showEntry(ctx, { token: params.token, address }, { isWithdrawn: query.withdrawn !== undefined }),
      {
        admit: { tier: 'public', public: true, body: BODY_NONE },
      },
    )
    .post(
      '/entry/:token/withdrawal',
      async ({ params, body, address }) => {
        const link = { token: params.token, address }
        const { confirmed, reason = '' } = body as Record<string, string>
        if (confirmed !== 'on') {
          const errors = [{ field: 'confirmed', code: 'required', message: m.entry_withdraw_unconfirmed() }]
          return showEntry(ctx, link, { errors, reason: reason.slice(0, REASON_LENGTH_MAX) })
        }
        const team = await followLink(ctx, link, () => getTeamByLink(ctx, link.token))
        const actor = { kind: 'captain', teamId: team.id } as const
        await withdrawTeam(ctx, actor, team.id, reason.trim().slice(0, REASON_LENGTH_MAX) || null).catch(
          async (error) => {
            // A second press of the button comes too late to be wrong.
            if ((await getTeam(ctx, team.id)).state !== 'withdrawn') throw error
          },
        )
        return seeOther(`/entry/${params.token}?withdrawn`)
      },
      { admit: { tier: 'write', public: true, body: BODY_FORM } },
    )

const door = (ctx: AppContext): EntryDoorProps => ({
  site: ctx.config.appTitle,
  reference: '',
  email: '',
  canMail: canDeliver(ctx.config),
  errors: [],
})

type Typed = { reference?: string; email?: string; wrongField: string }

/** The door again, with what was typed and what was wrong; throws what the page does not explain. */
function shutDoor(ctx: AppContext, request: Request, error: unknown, { wrongField, ...typed }: Typed): Response {
  if (!(error instanceof AppError) || request.headers.has('hx-request')) throw error
  if (error.code !== 'VALIDATION_FAILED' && error.code !== 'RATE_LIMITED') throw error
  const errors = error.errors.length > 0 ? error.errors : [{ field: wrongField, message: error.message }]
  const headers = error.retryAfterSeconds === undefined ? {} : waitFields(error.retryAfterSeconds, error.usedUp)
  const page = EntryDoorPage({ ...door(ctx), ...typed, errors, waitSeconds: error.retryAfterSeconds })
  return html(page, { status: error.status, headers })
}

/** A link as it was followed, and by whom. */
type Link = { token: string; address: string }
type Shown = { errors?: FieldError[]; reason?: string; isWithdrawn?: boolean }

async function showEntry(
  ctx: AppContext,
  link: Link,
  { errors = [], reason = '', isWithdrawn = false }: Shown,
): Promise<Response> {
  const { token } = link
  const team = await followLink(ctx, link, () => getTeamByLink(ctx, token))
  if (errors.length === 0) ctx.log.info({ teamId: team.id, by: 'link' }, 'entry.opened')
  const tournament = await getTournament(ctx, team.tournamentId)
  const flash =
    isWithdrawn && team.state === 'withdrawn'
      ? ({ kind: 'success', text: m.entry_withdrawn_flash() } as const)
      : undefined
  const props = entryProps(ctx, tournament, await getEntry(ctx, team), {
    address: `/entry/${token}`,
    errors,
    reason,
    flash,
  })
  return html(EntryPage(props), { status: errors.length > 0 ? 422 : 200 })
}
