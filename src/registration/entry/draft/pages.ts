import { Elysia } from 'elysia'
import type { AppContext, Tournament } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { cookie, expiredCookie, readCookie } from '#src/http/cookies.ts'
import { ownOrigin } from '#src/http/csrf.ts'
import { followLink } from '#src/http/follow-link.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { getTeam } from '#src/teams/service.ts'
import { isIdRevealed } from '#src/tournaments/model.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { AnswerPage, ClosedPage } from '#views/registration/answer.tsx'
import { DraftChoicePage } from '#views/registration/draft-choice.tsx'
import { RegistrationPage } from '#views/registration/form.tsx'
import { DRAFT_SECONDS, getDraft, type LinkedDraft, type OpenDraft, openDraft } from '../../form/drafts.ts'
import { whyRefused } from '../../form/send.ts'
import { draftCookie, formProps } from '../../form/view.ts'
import { findSentForm } from '../../service.ts'

/**
 * A form by its link, on whatever device. Whoever sent the link reads what is typed into that form: opening it does not make it the
 * browser's own, typing in it or choosing it does.
 */
export const draftLinkPages = (ctx: AppContext) =>
  new Elysia({ name: 'registration.draft-link-pages' })
    .use(admit(ctx))
    .get('/draft/:token', ({ params, request, address }) => showDraft(ctx, request, { token: params.token, address }), {
      admit: { tier: 'public', public: true, body: BODY_NONE },
    })
    .post(
      '/draft/:token/choice',
      async ({ params, address }) => {
        const { token } = params
        const draft = await followLink(ctx, { token, address }, () => getDraft(ctx, token))
        const tournament = await getTournament(ctx, draft.tournamentId)
        const isSent = draft.teamId !== null
        return seeOther(`/draft/${token}`, isSent ? {} : { 'set-cookie': ownCookie(ctx, tournament, token) })
      },
      { admit: { tier: 'write', public: true, body: BODY_FORM } },
    )

const ownCookie = (ctx: AppContext, tournament: Tournament, token: string) =>
  cookie(ctx, draftCookie(tournament), token, { maxAgeSeconds: DRAFT_SECONDS })

/** The form as it was left, or the question which one to go on with; once it was sent, the answer. */
async function showDraft(
  ctx: AppContext,
  request: Request,
  link: { token: string; address: string },
): Promise<Response> {
  const { token } = link
  const draft = await followLink(ctx, link, () => getDraft(ctx, token))
  const tournament = await getTournament(ctx, draft.tournamentId)
  const base = tournament.isDefault ? '' : `/t/${tournament.slug}`
  const own = readCookie(ctx, request, draftCookie(tournament))
  if (draft.teamId !== null) return showAnswer(ctx, request, { draft, teamId: draft.teamId, tournament, base, own })
  const refused = await whyRefused(ctx, tournament)
  if (refused !== undefined) return html(ClosedPage({ tournamentName: tournament.name, base, sentence: refused }))
  if (own !== undefined && own !== token) {
    const other = await openDraft(ctx, tournament, own)
    if (other.id !== undefined && other.teamId === null)
      return html(askWhich(tournament, { base, origin: ownOrigin(ctx, request), own: other, linked: draft }))
  }
  const { form, files } = draft
  const props = formProps(ctx, tournament, { base, origin: ownOrigin(ctx, request), token, isKept: true, form, files })
  return html(RegistrationPage(props), {
    headers: own === token ? { 'set-cookie': ownCookie(ctx, tournament, token) } : {},
  })
}

type Asked = { base: string; origin: string; own: OpenDraft; linked: OpenDraft }

const askWhich = (tournament: Tournament, { base, origin, own, linked }: Asked) =>
  DraftChoicePage({
    tournamentName: tournament.name,
    base,
    own: { teamName: own.form.teamName.trim(), url: `${origin}/draft/${own.token}` },
    linked: { teamName: linked.form.teamName.trim(), action: `/draft/${linked.token}/choice` },
  })

type Sent = { draft: LinkedDraft; teamId: string; tournament: Tournament; base: string; own: string | undefined }

async function showAnswer(
  ctx: AppContext,
  request: Request,
  { draft, teamId, tournament, base, own }: Sent,
): Promise<Response> {
  const [team, sent] = await Promise.all([getTeam(ctx, teamId), findSentForm(ctx, tournament.id, draft.token)])
  const view = AnswerPage({
    tournamentName: tournament.name,
    base,
    teamName: team.name,
    teamId: isIdRevealed(tournament, team.state) ? team.code : null,
    state: team.state,
    reference: team.reference,
    secrets: sent && { pin: sent.pin, entryUrl: `${ownOrigin(ctx, request)}/entry/${sent.token}` },
  })
  return html(view, {
    headers: own === draft.token ? { 'set-cookie': expiredCookie(ctx, draftCookie(tournament)) } : {},
  })
}
