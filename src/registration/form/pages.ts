import { Elysia } from 'elysia'
import { countClubTeams, placesLeft, suggestClubs } from '#src/clubs/service.ts'
import type { AppContext } from '#src/context.ts'
import { listDraftFiles } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { readCookie } from '#src/http/cookies.ts'
import { ownOrigin } from '#src/http/csrf.ts'
import { BODY_NONE, BODY_WHOLE_FORM } from '#src/http/limits.ts'
import { basePath, filledHtml, html } from '#src/http/page.ts'
import { ClosedPage } from '#views/registration/answer.tsx'
import { KeptNotice, RegistrationPage } from '#views/registration/form.tsx'
import { FormSection } from '#views/registration/form-section.tsx'
import { KnownClubs } from '#views/registration/team-section.tsx'
import { sectionOf } from './draft-form.ts'
import { isSent, openDraft } from './drafts.ts'
import {
  type Asked,
  backToForm,
  formPart,
  isHtmx,
  keepDraftCookie,
  propsOf,
  propsOfPosted,
  receive,
  saverOf,
  showWrong,
  toAnswer,
} from './exchange/pages.ts'
import { formFilePages } from './files/pages.ts'
import { freshPage } from './fresh-page.ts'
import type { PostedForm } from './post.ts'
import { squadRowPages } from './rows/pages.ts'
import { checkDraft, sendDraft, whyRefused } from './send.ts'
import { draftCookie } from './view.ts'

const CLUB_LENGTH_MAX = 80
/** Clubs that come later than this are for something that is no longer typed. */
const SUGGESTING_SECONDS = 10
const OF_A_FORM = { tier: 'draft', public: true, body: BODY_WHOLE_FORM } as const

/** The registration form: whole without script, section by section with it. Everything posted is kept before it is checked. */
export const registrationPages = (ctx: AppContext) =>
  new Elysia({ name: 'registration.pages' })
    .use(admit(ctx))
    .get('/register', (asked: Asked) => showForm(ctx, asked), {
      admit: { tier: 'public', public: true, body: BODY_NONE },
    })
    .post('/register', async (asked: Asked) => send(ctx, asked, await receiveToSend(ctx, asked)), {
      admit: { tier: 'upload', public: true, body: BODY_WHOLE_FORM },
    })
    .post(
      '/register/draft',
      async (asked: Asked) => {
        const posted = await receive(ctx, asked)
        if (posted.draft.teamId !== null) return toAnswer(asked.request, posted.token)
        if (!isHtmx(asked.request)) return backToForm(ctx, asked, posted, '#kept')
        const savedUrl = `${ownOrigin(ctx, asked.request)}/draft/${posted.token}`
        return formPart(ctx, asked, posted.token, KeptNotice({ savedUrl, takesFocus: true }))
      },
      { admit: OF_A_FORM },
    )
    .post(
      '/register/sections/:section',
      async (asked: Asked & { params: { section: string } }) => {
        const posted = await receive(ctx, asked)
        if (posted.draft.teamId !== null) return toAnswer(asked.request, posted.token)
        const { section } = asked.params
        const files = await listDraftFiles(ctx, posted.draft.id)
        const errors = checkDraft(asked.tournament, { form: posted.form, files }).filter(
          (error) => sectionOf(error.field) === section,
        )
        const props = await propsOfPosted(ctx, asked, posted, { files, errors })
        return formPart(ctx, asked, posted.token, FormSection({ ...props, section }))
      },
      { admit: OF_A_FORM },
    )
    .get(
      '/register/clubs',
      async ({ tournament, query }) => {
        const typed = (query.clubName ?? '').slice(0, CLUB_LENGTH_MAX)
        const [clubs, entered] = await Promise.all([
          suggestClubs(ctx, tournament, typed),
          countClubTeams(ctx, tournament, typed),
        ])
        const named = entered > 0 ? { name: typed, placesLeft: placesLeft(tournament, entered) } : undefined
        const known = clubs.map((club) => ({ name: club.name, placesLeft: placesLeft(tournament, club.liveTeams) }))
        return html(KnownClubs({ clubs: known, named }), { fragment: true })
      },
      { admit: { tier: 'draft', public: true, body: BODY_NONE, deadlineSeconds: SUGGESTING_SECONDS } },
    )
    .use(squadRowPages(ctx))
    .use(formFilePages(ctx))

/** The form of this browser's draft, a fresh one where there is none or it was sent. */
async function showForm(ctx: AppContext, asked: Asked): Promise<Response> {
  const { request, tournament, params } = asked
  const closed = await whyRefused(ctx, tournament)
  if (closed !== undefined)
    return html(ClosedPage({ tournamentName: tournament.name, base: basePath(params), sentence: closed }))
  let draft = await openDraft(ctx, tournament, readCookie(ctx, request, draftCookie(tournament)))
  if (draft.teamId !== null) draft = await openDraft(ctx, tournament, undefined)
  const headers = keepDraftCookie(ctx, tournament, draft.token)
  const view = async (token: string) =>
    RegistrationPage(await propsOf(ctx, asked, { ...draft, token, isKept: draft.id !== undefined }))
  if (draft.id !== undefined) return html(await view(draft.token), { headers })
  const page = await freshPage(tournament, ownAddress(ctx, asked), view)
  return filledHtml(ctx, request, page.fill(draft.token), headers)
}

const ownAddress = (ctx: AppContext, { request, params }: Asked) => ownOrigin(ctx, request) + basePath(params)

const receiveToSend = (ctx: AppContext, asked: Asked) => receive(ctx, asked, { ...saverOf(asked), isSending: true })

async function send(ctx: AppContext, asked: Asked, posted: PostedForm): Promise<Response> {
  const { token, draft, form, wrongFiles } = posted
  if (draft.teamId !== null) return toAnswer(asked.request, token)
  const files = await listDraftFiles(ctx, draft.id)
  try {
    await sendDraft(ctx, asked.tournament, { id: draft.id, form, files }, token, wrongFiles)
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    // Another tab's, with other words in it, was first.
    if (await isSent(ctx, token)) return toAnswer(asked.request, token)
    const errors =
      error.errors.length > 0 ? error.errors : [{ field: 'send', code: error.code, message: error.message }]
    return showWrong(ctx, asked, posted, errors, error.status)
  }
  return toAnswer(asked.request, token)
}
