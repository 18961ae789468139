import type { Server } from 'bun'
import { Elysia } from 'elysia'
import { countClubTeams, placesLeft, suggestClubs } from '#src/clubs/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import type { DraftFile } from '#src/documents/model.ts'
import { listDraftFiles, removeDraftFile } from '#src/documents/service.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { cookie, readCookie } from '#src/http/cookies.ts'
import { ownOrigin } from '#src/http/csrf.ts'
import { readForm } from '#src/http/form.ts'
import { BODY_NONE, BODY_WHOLE_FORM, bodyFile } from '#src/http/limits.ts'
import { ONE_FILE, WHOLE_FORM } from '#src/http/multipart.ts'
import { basePath, html, seeOther } from '#src/http/page.ts'
import { networkOf } from '#src/http/rate-limit.ts'
import { ClosedPage } from '#views/registration/answer.tsx'
import { RegistrationForm, RegistrationPage } from '#views/registration/form.tsx'
import { FormFile } from '#views/registration/form-file.tsx'
import { FormSection } from '#views/registration/form-section.tsx'
import { PlayersSection } from '#views/registration/players-section.tsx'
import { KnownClubs } from '#views/registration/team-section.tsx'
import { whyClosed } from '../service.ts'
import { addRow, type DraftForm, readSlot, removeRow, sectionOf } from './draft-form.ts'
import { DRAFT_SECONDS, openDraft, saveDraft } from './drafts.ts'
import { formReceiver, type PostedForm } from './post.ts'
import { checkDraft, sendDraft } from './send.ts'
import { askedDocument, draftCookie, formProps } from './view.ts'

const CLUB_LENGTH_MAX = 80
const FORM_BODY = { ...WHOLE_FORM, maxBytes: BODY_WHOLE_FORM.maxBytes }

/** What a handler of the form is given. */
type Asked = {
  request: Request
  server: Server<unknown> | null
  tournament: Tournament
  address: string
  /** Absent for the default tournament's routes. */
  params?: { slug?: string }
}

/** The registration form: whole without script, section by section with it. Everything posted is kept before it is checked. */
export const registrationPages = (ctx: AppContext) => {
  const oneFile = bodyFile(ctx.config.maxFileSize)
  return new Elysia({ name: 'registration.pages' })
    .use(admit(ctx))
    .get(
      '/register',
      async (asked: Asked) => {
        const closed = whyClosed(ctx, asked.tournament)
        if (closed !== undefined)
          return html(
            ClosedPage({ tournamentName: asked.tournament.name, base: basePath(asked.params), sentence: closed }),
          )
        const known = readCookie(ctx, asked.request, draftCookie(asked.tournament))
        let draft = await openDraft(ctx, asked.tournament, known)
        if (draft.teamId !== null) draft = await openDraft(ctx, asked.tournament, undefined)
        const view = { token: draft.token, isKept: draft.id !== undefined, form: draft.form, files: draft.files }
        return html(RegistrationPage(propsOf(ctx, asked, view)), {
          headers: keepDraftCookie(ctx, asked.tournament, draft.token),
        })
      },
      { admit: { tier: 'public', public: true, body: BODY_NONE } },
    )
    .post('/register', async (asked: Asked) => send(ctx, asked, await receive(ctx, asked)), {
      admit: { tier: 'upload', public: true, body: BODY_WHOLE_FORM },
    })
    .post(
      '/register/draft',
      async (asked: Asked) => {
        const posted = await receive(ctx, asked)
        if (isHtmx(asked.request)) return new Response(null, { status: 204 })
        return posted.wrongFiles.length > 0
          ? showWrong(ctx, asked, posted, posted.wrongFiles, 422)
          : backToForm(ctx, asked, posted.token, '#send')
      },
      { admit: { tier: 'draft', public: true, body: BODY_WHOLE_FORM } },
    )
    .post(
      '/register/sections/:section',
      async (asked: Asked & { params: { section: string } }) => {
        const posted = await receive(ctx, asked)
        const { section } = asked.params
        const files = await listDraftFiles(ctx, posted.draft.id)
        const errors = checkDraft(asked.tournament, { form: posted.form, files }).filter(
          (error) => sectionOf(error.field) === section,
        )
        const props = propsOf(ctx, asked, { token: posted.token, isKept: true, form: posted.form, files, errors })
        return html(FormSection({ ...props, section }), { fragment: true })
      },
      { admit: { tier: 'draft', public: true, body: BODY_WHOLE_FORM } },
    )
    .post(
      '/register/players',
      async (asked: Asked) => changeRows(ctx, asked, (form) => addRow(asked.tournament, form)),
      {
        admit: { tier: 'draft', public: true, body: BODY_WHOLE_FORM },
      },
    )
    .post(
      '/register/players/removal',
      async (asked: Asked) =>
        changeRows(ctx, asked, (form, posted) => removeRow(form, posted.fields.get('row-removed') ?? '')),
      { admit: { tier: 'draft', public: true, body: BODY_WHOLE_FORM } },
    )
    .post('/register/files', (asked: Asked) => receiveOneFile(ctx, asked, oneFile.maxBytes), {
      admit: { tier: 'file', public: true, body: oneFile },
    })
    .post(
      '/register/files/removal',
      async (asked: Asked) => {
        const posted = await receive(ctx, asked)
        const slot = posted.fields.get('slot') ?? ''
        await removeDraftFile(ctx, posted.draft.id, slot)
        return isHtmx(asked.request)
          ? fileField(ctx, asked, slot, undefined, [])
          : backToForm(ctx, asked, posted.token, '')
      },
      { admit: { tier: 'draft', public: true, body: BODY_WHOLE_FORM } },
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
      { admit: { tier: 'draft', public: true, body: BODY_NONE } },
    )
}

const keepDraftCookie = (ctx: AppContext, tournament: Tournament, token: string) => ({
  'set-cookie': cookie(ctx, draftCookie(tournament), token, { maxAgeSeconds: DRAFT_SECONDS }),
})
const isHtmx = (request: Request) => request.headers.has('hx-request')

type View = {
  token: string
  isKept: boolean
  form: DraftForm
  files: readonly DraftFile[]
  errors?: readonly FieldError[]
}
const propsOf = (ctx: AppContext, { request, tournament, params }: Asked, view: View) =>
  formProps(ctx, tournament, { ...view, base: basePath(params), origin: ownOrigin(ctx, request) })

const receiverOf = (ctx: AppContext, { request, tournament, address }: Asked) =>
  formReceiver(ctx, tournament, {
    sender: networkOf(address),
    cookieToken: readCookie(ctx, request, draftCookie(tournament)),
  })

async function receive(ctx: AppContext, asked: Asked): Promise<PostedForm> {
  const receiver = receiverOf(ctx, asked)
  await readForm(asked.request, asked.server, FORM_BODY, {
    onField: receiver.onField,
    onFile: (slot, name, _, content) => receiver.onFile(slot, name, content),
  })
  return receiver.keep()
}

async function send(ctx: AppContext, asked: Asked, posted: PostedForm): Promise<Response> {
  const answer = `/draft/${posted.token}`
  if (posted.draft.teamId !== null) return goTo(asked.request, answer)
  const files = await listDraftFiles(ctx, posted.draft.id)
  try {
    await sendDraft(
      ctx,
      asked.tournament,
      { id: posted.draft.id, form: posted.form, files },
      posted.token,
      posted.wrongFiles,
    )
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    const errors =
      error.errors.length > 0 ? error.errors : [{ field: 'send', code: error.code, message: error.message }]
    return showWrong(ctx, asked, posted, errors, error.status)
  }
  return goTo(asked.request, answer)
}

/** The form again with everything that was typed and sent, and what is wrong beside it. */
async function showWrong(
  ctx: AppContext,
  asked: Asked,
  posted: PostedForm,
  errors: readonly FieldError[],
  status: number,
): Promise<Response> {
  const files = await listDraftFiles(ctx, posted.draft.id)
  const props = propsOf(ctx, asked, { token: posted.token, isKept: true, form: posted.form, files, errors })
  const fragment = isHtmx(asked.request)
  return html(fragment ? RegistrationForm(props) : RegistrationPage(props), {
    status,
    fragment,
    headers: keepDraftCookie(ctx, asked.tournament, posted.token),
  })
}

async function changeRows(
  ctx: AppContext,
  asked: Asked,
  change: (form: DraftForm, posted: PostedForm) => DraftForm,
): Promise<Response> {
  const posted = await receive(ctx, asked)
  const form = change(posted.form, posted)
  await saveDraft(ctx, asked.tournament, posted.token, form)
  const gone = posted.form.rows.filter((row) => !form.rows.includes(row)).map((row) => row.key)
  const files = await listDraftFiles(ctx, posted.draft.id)
  const orphaned = files.filter((file) => gone.some((key) => file.slot.startsWith(`players.${key}.`)))
  for (const file of orphaned) await removeDraftFile(ctx, posted.draft.id, file.slot)
  if (!isHtmx(asked.request)) return backToForm(ctx, asked, posted.token, '#players')
  const kept = files.filter((file) => !orphaned.includes(file))
  return html(PlayersSection(propsOf(ctx, asked, { token: posted.token, isKept: true, form, files: kept })), {
    fragment: true,
  })
}

/** One file as it was chosen: `draft`, `slot` and `file`, in this order. */
async function receiveOneFile(ctx: AppContext, asked: Asked, maxBytes: number): Promise<Response> {
  const receiver = receiverOf(ctx, asked)
  await readForm(
    asked.request,
    asked.server,
    { ...ONE_FILE, maxBytes },
    {
      onField: receiver.onField,
      onFile: (_, name, __, content) => receiver.onFile(receiver.field('slot') ?? '', name, content),
    },
  )
  const slot = receiver.field('slot') ?? ''
  const files = await listDraftFiles(ctx, (await receiver.draft()).id)
  return fileField(
    ctx,
    asked,
    slot,
    files.find((file) => file.slot === slot),
    receiver.wrongFiles,
  )
}

function fileField(
  ctx: AppContext,
  asked: Asked,
  slot: string,
  file: DraftFile | undefined,
  errors: readonly FieldError[],
): Response {
  const place = readSlot(undefined, slot)
  if (!place) throw new AppError('NOT_FOUND')
  const required = asked.tournament.documents.some((document) => document.kind === place.kind && document.required)
  const view = FormFile({
    base: basePath(asked.params),
    slot,
    document: askedDocument(place.kind, required),
    file: file && { name: file.originalName, bytes: file.bytes },
    errors,
    maxFileBytes: ctx.config.maxFileSize,
  })
  return html(view, { fragment: true, status: errors.length > 0 ? 422 : 200 })
}

/** After a button of the form, without script: the form again, by the cookie, or by its link where there is none. */
function backToForm(ctx: AppContext, { request, tournament, params }: Asked, token: string, anchor: string): Response {
  const hasCookie = readCookie(ctx, request, draftCookie(tournament)) === token
  return seeOther(
    `${hasCookie ? `${basePath(params)}/register` : `/draft/${token}`}${anchor}`,
    keepDraftCookie(ctx, tournament, token),
  )
}

function goTo(request: Request, address: string): Response {
  return isHtmx(request) ? new Response(null, { status: 204, headers: { 'hx-redirect': address } }) : seeOther(address)
}
