import { Elysia, t } from 'elysia'
import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { documentLabel, erasedText, isDocumentKind } from '#src/documents/model.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { missingDocuments, remindTeam } from '#src/mail/service.ts'
import { may } from '#src/permissions.ts'
import { MOVES, type TeamState } from '#src/teams/model.ts'
import type { ShownDocument } from '#views/review/document-list.tsx'
import { RegistrationPage, type RegistrationPageProps } from '#views/review/registration.tsx'
import { type DocumentLine, REASON_LENGTH_MAX, type Registration } from './model.ts'
import { approve, getRegistration, type Outcome, reject, viewDocument } from './service.ts'

/** Of the pictures that are drawn of a document, the one to read it by. */
const SHOWN_PICTURE_SIZE = 1280
const OUTCOMES = ['approved', 'rejected'] as const
/** As the timetable reminds by itself. */
const REMINDABLE: readonly TeamState[] = ['submitted', 'in_review', 'changes_requested']
const DECIDE = { approved: approve, rejected: reject }
const DONE = { approved: m.review_approved, rejected: m.review_rejected }
/** Refusals that the page itself explains, beside what was typed. */
const EXPLAINED = new Set(['VALIDATION_FAILED', 'ALREADY_DECIDED', 'STALE_DECISION', 'CONFLICT'])
/** A frame of our own page may show what this leads to; browsers ask the redirect as well. */
const FRAMED_HERE = {
  'x-frame-options': 'SAMEORIGIN',
  'content-security-policy': "default-src 'none'; frame-ancestors 'self'",
}

const field = t.String({ default: '' })
const DecisionBody = t.Object({ csrf: field, expectedState: field, reason: field })
const FormBody = t.Object({ csrf: field })
/** Made anew for each route: Elysia writes into what a route declares. */
const decision = () =>
  ({ admit: { tier: 'write', requires: 'registrations.decide', body: BODY_FORM }, body: DecisionBody }) as const

/** One registration for staff: the page, its documents, the decision about it. */
export const reviewAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'review.admin' })
    .use(admit(ctx))
    .get(
      '/admin/registrations/:id',
      async ({ actor, tournament, params, query }) => {
        const outcome = OUTCOMES.find((known) => known === query.notice)
        const registration = await getRegistration(ctx, actor, tournament, params.id)
        const flash =
          outcome && outcome === registration.state
            ? ({ kind: 'success', text: DONE[outcome]() } as const)
            : told(query)
        return html(RegistrationPage({ ...pageOf(ctx, staffOf(actor), tournament, registration), flash }))
      },
      { admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE } },
    )
    .get(
      '/admin/registrations/:id/documents/:documentId',
      async ({ actor, tournament, params }) =>
        seeOther(await viewDocument(ctx, actor, tournament, params.id, params.documentId), FRAMED_HERE),
      { admit: { tier: 'admin', requires: 'documents.see', body: BODY_NONE } },
    )
    .get(
      '/admin/registrations/:id/documents/:documentId/picture',
      async ({ actor, tournament, params }) =>
        seeOther(
          await viewDocument(ctx, actor, tournament, params.id, params.documentId, SHOWN_PICTURE_SIZE),
          FRAMED_HERE,
        ),
      { admit: { tier: 'admin', requires: 'documents.see', body: BODY_NONE } },
    )
    .post(
      '/admin/registrations/:id/approval',
      ({ actor, tournament, params, body }) => decide(ctx, staffOf(actor), tournament, params.id, 'approved', body),
      decision(),
    )
    .post(
      '/admin/registrations/:id/rejection',
      ({ actor, tournament, params, body }) => decide(ctx, staffOf(actor), tournament, params.id, 'rejected', body),
      decision(),
    )
    .post(
      '/admin/registrations/:id/reminder',
      ({ actor, tournament, params, body }) => remind(ctx, staffOf(actor), tournament, params.id, body.csrf),
      { admit: { tier: 'write', requires: 'registrations.decide', body: BODY_FORM }, body: FormBody },
    )

const told = ({ notice }: Record<string, string | undefined>) =>
  notice === 'reminded' ? ({ kind: 'success', text: m.review_reminded() } as const) : undefined

/** Asks the captain for the documents that are missing. */
async function remind(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  id: string,
  csrf: string,
): Promise<Response> {
  checkCsrfToken(ctx, actor, csrf)
  const registration = await getRegistration(ctx, actor, tournament, id)
  try {
    await remindTeam(ctx, actor, tournament, registration.id)
    return seeOther(`/admin/registrations/${id}?notice=reminded#mails`)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !EXPLAINED.has(thrown.code)) throw thrown
    const flash = { kind: 'error', text: thrown.message } as const
    return html(RegistrationPage({ ...pageOf(ctx, actor, tournament, registration), flash }), { status: thrown.status })
  }
}

async function decide(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  id: string,
  outcome: Outcome,
  { csrf, expectedState, reason }: typeof DecisionBody.static,
): Promise<Response> {
  checkCsrfToken(ctx, actor, csrf)
  try {
    await DECIDE[outcome](ctx, actor, tournament, id, { reason, expectedState })
    return seeOther(`/admin/registrations/${id}?notice=${outcome}`)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !EXPLAINED.has(thrown.code)) throw thrown
    const page = pageOf(ctx, actor, tournament, await getRegistration(ctx, actor, tournament, id))
    const flash = thrown.errors.length > 0 ? undefined : ({ kind: 'error', text: thrown.message } as const)
    return html(RegistrationPage({ ...page, flash, errors: thrown.errors, reason }), { status: thrown.status })
  }
}

function pageOf(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  registration: Registration,
): RegistrationPageProps {
  const maySeeDocuments = may(actor, 'documents.see', tournament.id)
  const mayDecide = may(actor, 'registrations.decide', tournament.id)
  return {
    frame: staffFrame(ctx, actor, tournament),
    registration,
    clubLabel: tournament.clubLabel,
    timeZone: tournament.timeZone,
    maySeeContacts: may(actor, 'contacts.see', tournament.id),
    maySeeDocuments,
    reasonMax: REASON_LENGTH_MAX,
    documents: documentsOf(tournament, registration, maySeeDocuments),
    linksHref: may(actor, 'registrations.edit', tournament.id)
      ? `/admin/registrations/${registration.id}/links`
      : undefined,
    missing: missingOf(tournament, registration),
    canRemind: mayDecide && REMINDABLE.includes(registration.state) && registration.captain.email !== '',
    erasureHref: may(actor, 'people.erase') ? `/admin/erasure?team=${registration.id}` : undefined,
    outcomes: mayDecide ? OUTCOMES.filter((outcome) => MOVES[registration.state].includes(outcome)) : [],
  }
}

/** Kinds of documents that the tournament insists on and the team has sent none of. */
function missingOf(tournament: Tournament, { documents, players }: Registration): string[] {
  const sent = [...documents, ...players.flatMap((player) => player.documents)].map(({ kind }) => kind)
  return missingDocuments(tournament, sent).filter(isDocumentKind).map(documentLabel)
}

function documentsOf(tournament: Tournament, registration: Registration, mayOpen: boolean): ShownDocument[] {
  const shown = (document: DocumentLine, owner?: string): ShownDocument => ({
    id: document.id,
    label: owner === undefined ? documentLabel(document.kind) : `${documentLabel(document.kind)}: ${owner}`,
    fileName: document.fileName ?? undefined,
    erased: erasedText(tournament, document),
    href:
      mayOpen && document.erasedAt === null
        ? `/admin/registrations/${registration.id}/documents/${document.id}`
        : undefined,
    shownAs: shownAs(document.contentType),
  })
  return [
    ...registration.documents.map((document) => shown(document)),
    ...registration.players.flatMap((player) => player.documents.map((document) => shown(document, player.name))),
  ]
}

function shownAs(contentType: DocumentLine['contentType']): ShownDocument['shownAs'] {
  if (contentType === null) return 'link'
  return contentType === 'application/pdf' ? 'pdf' : 'image'
}
