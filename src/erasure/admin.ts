import { Elysia, t } from 'elysia'
import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { checkCsrfToken } from '#src/http/csrf.ts'
import { BODY_FORM, BODY_NONE } from '#src/http/limits.ts'
import { html, seeOther } from '#src/http/page.ts'
import { type StaffActor, staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { ErasureConfirmation } from '#views/erasure/confirmation.tsx'
import { ErasureSearch, type ErasureSearchProps } from '#views/erasure/search.tsx'
import { isRef, PEOPLE_AT_ONCE_MAX, readSearch, SEARCH_LENGTH } from './model.ts'
import {
  type Erasure,
  erasePerson,
  FOUND_MAX,
  findByRefs,
  findByTeam,
  findByWords,
  findPlacesOf,
  listGoingDocuments,
  surveyErasure,
} from './service.ts'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

const field = t.String({ default: '' })
/** In a body: a name in an address would stand in the proxy's log, and in the browser's history. */
const SearchBody = t.Object({ csrf: field, q: field })
const ErasureBody = t.Object({ csrf: field, people: field, teamDocuments: field, word: field })

/** Erasing a person: looked for, chosen, shown, confirmed. For the server's owner, in every tournament. */
export const erasureAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'erasure.admin' })
    .use(admit(ctx))
    .get(
      '/admin/erasure',
      async ({ actor, tournament, query }) => {
        const frame = staffFrame(ctx, staffOf(actor), tournament)
        return html(ErasureSearch({ frame, ...(await found(ctx, query)), done: readDone(query) }))
      },
      { admit: { tier: 'admin', requires: 'people.erase', confirmed: true, body: BODY_NONE } },
    )
    .post(
      '/admin/erasure/search',
      async ({ actor, tournament, body }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const typed = body.q.trim().slice(0, SEARCH_LENGTH.max)
        const places = typed === '' ? undefined : await findByWords(ctx, readSearch(typed))
        return html(
          ErasureSearch({
            frame: staffFrame(ctx, staff, tournament),
            ...NOBODY_FOUND,
            typed,
            places,
            hasMore: places?.length === FOUND_MAX,
          }),
        )
      },
      { admit: { tier: 'search', requires: 'people.erase', body: BODY_FORM }, body: SearchBody },
    )
    .get(
      '/admin/erasure/confirmation',
      ({ actor, tournament, request }) => {
        const asked = new URL(request.url).searchParams
        return confirm(ctx, staffOf(actor), tournament, {
          refs: asked.getAll('person').filter(isRef),
          hasTeamDocuments: asked.get('teamDocuments') === 'on',
        })
      },
      { admit: { tier: 'admin', requires: 'people.erase', confirmed: true, body: BODY_NONE } },
    )
    .post(
      '/admin/erasure',
      async ({ actor, tournament, body }) => {
        const staff = staffOf(actor)
        checkCsrfToken(ctx, staff, body.csrf)
        const erasure = { refs: body.people.split(' ').filter(isRef), hasTeamDocuments: body.teamDocuments === 'on' }
        const word = m.erasure_word()
        if (body.word.trim().toLowerCase() !== word.toLowerCase())
          return confirm(ctx, staff, tournament, erasure, [
            { field: 'word', code: 'word', message: m.erasure_word_wrong({ word }) },
          ])
        const { people, documents, mails, left } = await erasePerson(ctx, staff, erasure)
        const counts = Object.entries({ people, documents, mails }).map(([what, count]) => [what, String(count)])
        const again = left.slice(0, 1).map(({ ref }) => ['of', ref])
        return seeOther(`/admin/erasure?${new URLSearchParams([['done', ''], ...counts, ...again])}`)
      },
      { admit: { tier: 'write', requires: 'people.erase', confirmed: true, body: BODY_FORM }, body: ErasureBody },
    )

type Query = Record<string, string | undefined>
type Found = Pick<ErasureSearchProps, 'typed' | 'places' | 'ticked' | 'others'>

const NOBODY_FOUND: Found = { typed: '', places: undefined, ticked: new Set<string>(), others: [] }

/** By one person's place or by a team; what a hand-written address gets wrong finds nobody. */
async function found(ctx: AppContext, { of, team }: Query): Promise<Found> {
  if (of !== undefined && isRef(of)) {
    const { sure, others } = await findPlacesOf(ctx, of)
    return { ...NOBODY_FOUND, places: sure, ticked: new Set(sure.map(({ ref }) => ref)), others }
  }
  if (team !== undefined && UUID.test(team)) return { ...NOBODY_FOUND, places: await findByTeam(ctx, team) }
  return NOBODY_FOUND
}

function readDone({ done, people, documents, mails, of }: Query): string | undefined {
  const count = (text: string | undefined) => (/^\d{1,9}$/.test(text ?? '') ? text! : '0')
  if (done === undefined) return undefined
  const said = m.erasure_done({ people: count(people), documents: count(documents), mails: count(mails) })
  return of === undefined ? said : `${said} ${m.erasure_left()}`
}

/** Who it is and what would go, with the word to type. */
async function confirm(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  erasure: Erasure,
  errors: FieldError[] = [],
): Promise<Response> {
  const { refs, hasTeamDocuments } = erasure
  if (refs.length === 0) throw wrongChoice(m.erasure_nobody())
  if (refs.length > PEOPLE_AT_ONCE_MAX) throw wrongChoice(m.erasure_too_many({ max: PEOPLE_AT_ONCE_MAX }))
  const people = await findByRefs(ctx, refs)
  const counts = await surveyErasure(ctx, actor, erasure)
  const documents = await listGoingDocuments(ctx, people, hasTeamDocuments, tournament)
  const frame = staffFrame(ctx, actor, tournament)
  const page = ErasureConfirmation({ frame, people, counts, documents, hasTeamDocuments, errors })
  return html(page, { status: errors.length > 0 ? 422 : 200 })
}

const wrongChoice = (message: string) =>
  new AppError('VALIDATION_FAILED', { message, errors: [{ field: 'person', code: 'choice', message }] })
