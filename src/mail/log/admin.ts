import { Elysia, t } from 'elysia'
import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken, ownOrigin } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { LIST_LIMIT_DEFAULT, readCursor, writeCursor } from '#src/http/listing.ts'
import { html, seeOther } from '#src/http/page.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { may } from '#src/permissions.ts'
import { MailLogPage } from '#views/mail/log.tsx'
import { MailPage } from '#views/mail/mail.tsx'
import { PassOnPage } from '#views/mail/pass-on.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { htmlOf, type WrittenLetter, writeLetter } from '../letters/write.ts'
import { isMailKind, whyUnable } from '../model.ts'
import { FRAMED_LETTER } from '../preview.ts'
import { hold, release, sendAgain, sendTest } from './act.ts'
import { isMailState, type LoggedMail, type MailFilter, type MailPlace, SEARCH_LENGTH_MAX } from './model.ts'
import { canIssueLink, passOn, withoutLink } from './pass-on.ts'
import { getMail, listMails, readMailPlace } from './read.ts'

const SORT = 'newest'
const REFUSED = new Set(['CONFLICT', 'MAIL_NOT_SET_UP'])

const field = t.String({ default: '' })
const FormBody = t.Object({ csrf: field })
const FilterBody = t.Object({ csrf: field, q: field })
const TestBody = t.Object({ csrf: field, of: field })
const PassOnBody = t.Object({ csrf: field, by: field })
/** Made anew for each route: Elysia writes into what a route declares. */
const page = () => ({ admit: { tier: 'admin', requires: 'mail.see', body: BODY_NONE } }) as const
const write = () => ({ tier: 'write', requires: 'mail.see', body: BODY_FORM }) as const

/** The mail log: every message, what became of it, and what can be done about it. */
export const mailLogAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'mail.log-admin' })
    .use(admit(ctx))
    .get('/admin/mail', ({ actor, tournament, query }) => showLog(ctx, staffOf(actor), tournament, query), page())
    .get(
      '/admin/mail/:id',
      ({ actor, tournament, params, query }) =>
        showMail(ctx, staffOf(actor), tournament, params.id, { flash: DONE.get(query.done ?? '') }),
      page(),
    )
    .get(
      '/admin/mail/:id/letter',
      async ({ actor, tournament, params }) => {
        const letter = await writeLetter(ctx, await getMail(ctx, actor, tournament, params.id))
        return new Response(htmlOf(letter, undefined), { headers: FRAMED_LETTER })
      },
      page(),
    )
    .post(
      '/admin/mail/release',
      async ({ actor, tournament, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const filter = readFilter({ q: body.q, state: 'held' })
        return orRefused(ctx, staffOf(actor), tournament, filter, async () => {
          const mails = await release(ctx, actor, tournament, filter)
          return seeOther(`/admin/mail?${new URLSearchParams({ released: String(mails) })}`)
        })
      },
      { admit: write(), body: FilterBody },
    )
    .post(
      '/admin/mail/test',
      async ({ actor, tournament, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        return orRefused(ctx, staff, tournament, {}, async () => {
          const id = await sendTest(ctx, staff, tournament, isMailKind(body.of) ? body.of : undefined)
          return seeOther(`/admin/mail/${id}?done=tested`)
        })
      },
      { admit: write(), body: TestBody },
    )
    .post(
      '/admin/mail/:id/sending',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return act(ctx, staffOf(actor), tournament, params.id, 'sent', sendAgain)
      },
      { admit: write(), body: FormBody },
    )
    .post(
      '/admin/mail/:id/holding',
      ({ actor, tournament, params, body }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        return act(ctx, staffOf(actor), tournament, params.id, 'held', hold)
      },
      { admit: write(), body: FormBody },
    )
    .post(
      '/admin/mail/:id/passing',
      async ({ actor, tournament, params, body, request }) => {
        checkCsrfToken(ctx, actor, body.csrf)
        const staff = staffOf(actor)
        const mail = await getMail(ctx, actor, tournament, params.id)
        const message = await passOn(ctx, staff, tournament, mail, ownOrigin(ctx, request))
        // A form may lead to our own pages only; from there the browser goes on by itself.
        const goesOn = body.by === 'whatsapp' && message.whatsapp !== undefined
        const headers = goesOn ? { refresh: `0; url=${message.whatsapp}` } : undefined
        const frame = staffFrame(ctx, staff, tournament)
        return html(
          PassOnPage({
            frame,
            message,
            section: 'mail',
            backHref: `/admin/mail/${mail.id}`,
            kind: mail.kind,
            team: mail.team,
          }),
          {
            headers,
          },
        )
      },
      { admit: write(), body: PassOnBody },
    )

const DONE: ReadonlyMap<string, FlashMessage> = new Map([
  ['sent', { kind: 'success', text: m.mail_done_sent() }],
  ['held', { kind: 'success', text: m.mail_done_held() }],
  ['tested', { kind: 'success', text: m.mail_done_tested() }],
])

async function act(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  id: string,
  done: string,
  run: typeof hold,
): Promise<Response> {
  try {
    await run(ctx, actor, tournament, id)
    return seeOther(`/admin/mail/${id}?done=${done}`)
  } catch (thrown) {
    const { status, flash } = refusalOf(thrown)
    return showMail(ctx, actor, tournament, id, { flash, status })
  }
}

async function orRefused(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  filter: MailFilter,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run()
  } catch (thrown) {
    const { status, flash } = refusalOf(thrown)
    return showLog(ctx, actor, tournament, filter, { flash, status })
  }
}

/** What the page itself explains; throws whatever else was thrown. */
function refusalOf(thrown: unknown): { status: number; flash: FlashMessage } {
  if (!(thrown instanceof AppError) || !REFUSED.has(thrown.code)) throw thrown
  return { status: thrown.status, flash: { kind: 'error', text: thrown.message } }
}

type Told = { flash?: FlashMessage; status?: number }

async function showLog(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  query: Record<string, string | undefined>,
  { flash = releasedFlash(query.released), status }: Told = {},
): Promise<Response> {
  const filter = readFilter(query)
  const place = readMailPlace((query.cursor && readCursor(query.cursor, SORT)) || [])
  const { rows, newer, older, counts } = await listMails(ctx, actor, tournament, filter, {
    limit: LIST_LIMIT_DEFAULT,
    place,
  })
  const props = {
    frame: staffFrame(ctx, actor, tournament),
    rows,
    counts,
    filter,
    timeZone: tournament.timeZone,
    unable: whyUnable(ctx.config),
    mayConfigure: may(actor, 'tournament.configure', tournament.id),
    newerHref: newer && address(filter, newer),
    olderHref: older && address(filter, older),
    flash,
  }
  return html(MailLogPage(props), { status })
}

async function showMail(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  id: string,
  { flash, status }: Told,
): Promise<Response> {
  const mail = await getMail(ctx, actor, tournament, id)
  const letter = await writeLetter(ctx, mail)
  const props = {
    frame: staffFrame(ctx, actor, tournament),
    mail,
    message: withoutLink(mail, letter, may(actor, 'contacts.see', tournament.id)),
    canIssueLink: canIssueLink(actor, tournament, mail, letter),
    hasWhatsapp: hasWhatsapp(mail, letter),
    timeZone: tournament.timeZone,
    unable: whyUnable(ctx.config),
    flash,
  }
  return html(MailPage(props), { status })
}

const hasWhatsapp = (mail: LoggedMail, { team }: WrittenLetter) => mail.teamId !== null && !!team?.whatsapp

function releasedFlash(released: string | undefined): FlashMessage | undefined {
  if (released === undefined || !/^\d{1,4}$/.test(released)) return undefined
  return { kind: released === '0' ? 'info' : 'success', text: m.mail_done_released({ count: Number(released) }) }
}

/** What a hand-written address gets wrong is left out rather than refused. */
const readFilter = ({ q, state }: Record<string, string | undefined>): MailFilter => ({
  q: q?.trim().slice(0, SEARCH_LENGTH_MAX) || undefined,
  state: isMailState(state) ? state : undefined,
})

function address(filter: MailFilter, place: MailPlace): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== undefined))
  query.set('cursor', writeCursor(SORT, [place.direction, place.id]))
  return `/admin/mail?${query}`
}
