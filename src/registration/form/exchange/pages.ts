import type { Server } from 'bun'
import type { VNode } from 'preact'
import { countClubTeams, placesLeft } from '#src/clubs/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import type { DraftFile } from '#src/documents/model.ts'
import { listDraftFiles } from '#src/documents/service.ts'
import type { FieldError } from '#src/errors.ts'
import { cookie, readCookie } from '#src/http/cookies.ts'
import { ownOrigin } from '#src/http/csrf.ts'
import { readForm } from '#src/http/form.ts'
import { BODY_WHOLE_FORM } from '#src/http/limits.ts'
import { wholeForm } from '#src/http/multipart.ts'
import { basePath, html, seeOther } from '#src/http/page.ts'
import { networkOf } from '#src/lib/networks.ts'
import { type FormProps, RegistrationForm, RegistrationPage } from '#views/registration/form.tsx'
import type { DraftForm } from '../draft-form.ts'
import { DRAFT_SECONDS } from '../drafts.ts'
import type { Saver } from '../new-draft.ts'
import { formReceiver, type PostedForm } from '../post.ts'
import { draftCookie, formProps } from '../view.ts'

/** What a handler of the form is given. */
export type Asked = {
  request: Request
  server: Server<unknown> | null
  tournament: Tournament
  address: string
  /** Absent for the default tournament's routes. */
  params?: { slug?: string }
}

export const isHtmx = (request: Request) => request.headers.has('hx-request')

export const saverOf = ({ address }: Asked): Saver => ({ sender: networkOf(address) })

export const receiverOf = (ctx: AppContext, asked: Asked, saver = saverOf(asked)) =>
  formReceiver(ctx, asked.tournament, {
    saver,
    cookieToken: readCookie(ctx, asked.request, draftCookie(asked.tournament)),
  })

/** Reads a posted form; everything it brings is in its draft when this returns. */
export async function receive(ctx: AppContext, asked: Asked, saver = saverOf(asked)): Promise<PostedForm> {
  const receiver = receiverOf(ctx, asked, saver)
  return orAbandon(receiver, async () => {
    await readForm(asked.request, asked.server, wholeForm(ctx.config, BODY_WHOLE_FORM.maxBytes), {
      onField: receiver.onField,
      onFile: (slot, name, _, content) => receiver.onFile(slot, name, content),
    })
    return receiver.keep()
  })
}

type Receiver = ReturnType<typeof formReceiver>

/** A form that fails before its answer tells the token leaves nothing that nobody can come back to. */
export async function orAbandon<Received>(receiver: Receiver, work: () => Promise<Received>): Promise<Received> {
  try {
    return await work()
  } catch (error) {
    // Why it failed matters more than that its draft is left for its fourteen days.
    await receiver.abandon().catch(() => {})
    throw error
  }
}

export type Shown = {
  token: string
  isKept: boolean
  form: DraftForm
  files: readonly DraftFile[]
  errors?: readonly FieldError[]
  focus?: string
}

export async function propsOf(ctx: AppContext, asked: Asked, shown: Shown): Promise<FormProps> {
  const { request, tournament, params } = asked
  const clubName = shown.form.clubName.trim()
  const entered = clubName === '' ? 0 : await countClubTeams(ctx, tournament, clubName)
  const club = entered > 0 ? { name: clubName, placesLeft: placesLeft(tournament, entered) } : undefined
  return formProps(ctx, tournament, { ...shown, club, base: basePath(params), origin: ownOrigin(ctx, request) })
}

/** The form as it was posted, with its files as they are now. */
export async function propsOfPosted(
  ctx: AppContext,
  asked: Asked,
  { token, draft, form }: PostedForm,
  shown: Partial<Shown> = {},
): Promise<FormProps> {
  const files = shown.files ?? (await listDraftFiles(ctx, draft.id))
  return propsOf(ctx, asked, { token, isKept: true, form, ...shown, files })
}

/** The form again with everything that was typed and sent, and what is wrong beside it. */
export async function showWrong(
  ctx: AppContext,
  asked: Asked,
  posted: PostedForm,
  errors: readonly FieldError[],
  status: number,
): Promise<Response> {
  const props = await propsOfPosted(ctx, asked, posted, { errors })
  const fragment = isHtmx(asked.request)
  return html(fragment ? RegistrationForm(props) : RegistrationPage(props), {
    status,
    fragment,
    headers: keepDraftCookie(ctx, asked.tournament, posted.token),
  })
}

/** A part of the form as an answer. What was typed into a form makes it this browser's own. */
export const formPart = (ctx: AppContext, asked: Asked, token: string, view: VNode, status = 200): Response =>
  html(view, { fragment: true, status, headers: keepDraftCookie(ctx, asked.tournament, token) })

/**
 * After a button of the form, without script: what could not be taken of the files that came along, else the form, by the cookie, or by
 * its link where there is none.
 */
export async function backToForm(ctx: AppContext, asked: Asked, posted: PostedForm, anchor: string): Promise<Response> {
  const { request, tournament, params } = asked
  if (posted.wrongFiles.length > 0) return showWrong(ctx, asked, posted, posted.wrongFiles, 422)
  const hasCookie = readCookie(ctx, request, draftCookie(tournament)) === posted.token
  return seeOther(
    `${hasCookie ? `${basePath(params)}/register` : `/draft/${posted.token}`}${anchor}`,
    keepDraftCookie(ctx, tournament, posted.token),
  )
}

/** A form that was sent is not changed any more, by a second tab, say: its answer is shown instead. */
export const toAnswer = (request: Request, token: string): Response =>
  isHtmx(request)
    ? new Response(null, { status: 204, headers: { 'hx-redirect': `/draft/${token}` } })
    : seeOther(`/draft/${token}`)

export const keepDraftCookie = (ctx: AppContext, tournament: Tournament, token: string) => ({
  'set-cookie': cookie(ctx, draftCookie(tournament), token, { maxAgeSeconds: DRAFT_SECONDS }),
})
