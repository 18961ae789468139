import { randomBytes } from 'node:crypto'
import { m } from '#messages'
import { maskAudit, record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { type Claim, erasePersonsDocuments, releaseFiles } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { forgetAnswers } from '#src/idempotency/service.ts'
import { eraseFromMails } from '#src/mail/service.ts'
import { type Actor, may } from '#src/permissions.ts'
import { eraseFromDraft, forgetDraftsOf } from '#src/registration/service.ts'
import { maskDecisions } from '#src/review/service.ts'
import { eraseContacts, erasePlayers, holdTeam, revokeLinksIn } from '#src/teams/service.ts'
import { PEOPLE_AT_ONCE_MAX, type Person, patternOf } from './model.ts'
import { findByRefs } from './search.ts'

export { findByRefs, findByTeam, findByWords, findPlacesOf } from './search.ts'

const PIN_BYTES = 32

/** What goes with a person, in numbers; `links` and `answers` are those that open or repeat something. */
export type Erased = Record<'people' | 'teams' | 'documents' | 'mails' | 'drafts' | 'answers' | 'links', number>
export type Erasure = {
  /** Places, as `Person.ref` names them. */
  refs: readonly string[]
  /** The teams' own documents too: a receipt or a letter that names the person. */
  hasTeamDocuments: boolean
}

/**
 * Erases a person from every given place, in one transaction for each team and each draft: contacts, names, documents with their files,
 * mails, drafts, kept answers, links and PIN. Team ids, states and counts stay. Files go after the commit, where nobody else's document
 * names the same bytes. May be asked again after a failure: what is erased stays so. Throws FORBIDDEN, NOT_FOUND (nobody stands there).
 */
export async function erasePerson(ctx: AppContext, actor: Actor, erasure: Erasure): Promise<Erased> {
  const { erased, claims } = await eachPlace(ctx, actor, erasure, (work) => ctx.db.write.begin(work))
  await releaseFiles(ctx, claims)
  return erased
}

/** What `erasePerson` would erase: everything is tried, and taken back. Throws as it does. */
export async function surveyErasure(ctx: AppContext, actor: Actor, erasure: Erasure): Promise<Erased> {
  const { erased } = await eachPlace(ctx, actor, erasure, (work) => trying(ctx, work), true)
  return erased
}

type Done = { erased: Partial<Erased>; claims: Claim[] }
type InTransaction = (work: (tx: Queryable) => Promise<Done>) => Promise<Done>

async function eachPlace(
  ctx: AppContext,
  actor: Actor,
  { refs, hasTeamDocuments }: Erasure,
  inTransaction: InTransaction,
  isTrial = false,
): Promise<{ erased: Erased; claims: Claim[] }> {
  if (actor.kind !== 'system' && !may(actor, 'people.erase')) throw new AppError('FORBIDDEN')
  const people = await findByRefs(ctx, refs.slice(0, PEOPLE_AT_ONCE_MAX))
  if (people.length === 0) throw new AppError('NOT_FOUND')
  const masking = { pattern: patternOf(people), placeholder: m.erasure_name() }
  const all = { people: people.length, teams: 0, documents: 0, mails: 0, drafts: 0, answers: 0, links: 0 }
  const claims: Claim[] = []
  const inTeams = Map.groupBy(
    people.filter(({ team }) => team),
    ({ team }) => team!.id,
  )
  const inDrafts = Map.groupBy(
    people.filter(({ team }) => !team),
    ({ ref }) => ref.split(':')[1]!,
  )
  const steps = [
    ...[...inTeams].map(([teamId, own]) => {
      const place = { ctx, actor, teamId, people: own, hasTeamDocuments, masking }
      return { subjectId: teamId, run: (tx: Queryable) => eraseFromTeam(tx, place) }
    }),
    ...[...inDrafts].map(([draftId, own]) => ({
      subjectId: draftId,
      run: (tx: Queryable) => eraseFromForm(tx, actor, draftId, own),
    })),
  ]
  for (const { subjectId, run } of steps) {
    const done = await inTransaction(run)
    for (const [what, count] of Object.entries(done.erased)) all[what as keyof Erased] += count
    claims.push(...done.claims)
    if (!isTrial) ctx.log.info({ subjectId, actorId: actor.kind === 'staff' ? actor.id : undefined }, 'person.erased')
  }
  return { erased: all, claims }
}

type Place = {
  ctx: AppContext
  actor: Actor
  teamId: string
  people: readonly Person[]
  hasTeamDocuments: boolean
  masking: { pattern: string; placeholder: string }
}

async function eraseFromTeam(tx: Queryable, place: Place): Promise<Done> {
  const { ctx, actor, teamId, people, hasTeamDocuments, masking } = place
  const { pattern, placeholder } = masking
  const [{ tournamentId }] = people as [Person]
  const isIn = (part: Person['part']) => people.some((person) => person.part === part)
  const [captain, viceCaptain] = [isIn('captain'), isIn('vice_captain')]
  const playerIds = people.filter(({ part }) => part === 'player').map(({ ref }) => ref.split(':')[1]!)
  await holdTeam(tx, teamId)
  await eraseContacts(tx, teamId, { captain, viceCaptain, pinHmac: randomBytes(PIN_BYTES) }, masking)
  await erasePlayers(tx, teamId, playerIds, placeholder)
  await maskDecisions(tx, teamId, pattern, placeholder)
  await maskAudit(tx, pattern, placeholder)
  const links = captain ? await revokeLinksIn(tx, teamId, ctx.now()) : 0
  const addresses = people.map(({ email }) => email.toLowerCase()).filter(Boolean)
  const mails = await eraseFromMails(tx, teamId, { addresses, pattern, placeholder, now: ctx.now() })
  const answers = await forgetAnswers(tx, teamId)
  const forgotten = await forgetDraftsOf(tx, teamId)
  const person = { teamId, tournamentId, actor, playerIds, isTeamsToo: hasTeamDocuments, masking }
  const documents = await erasePersonsDocuments(ctx, tx, person)
  const erased = { documents: documents.length, mails, drafts: forgotten.drafts, answers, links }
  await record(tx, {
    event: 'person.erased',
    actor,
    tournamentId,
    subjectId: teamId,
    data: { captain, viceCaptain, players: playerIds.join(' '), ...erased },
  })
  return { erased: { teams: 1, ...erased }, claims: [...documents, ...forgotten.claims] }
}

async function eraseFromForm(tx: Queryable, actor: Actor, draftId: string, people: readonly Person[]): Promise<Done> {
  const parts = people.map(({ ref }) => ref.split(':')[2]!)
  const claims = await eraseFromDraft(tx, draftId, parts)
  const { tournamentId } = people[0]!
  const data = { files: claims.length }
  await record(tx, { event: 'person.erased', actor, tournamentId, subjectId: draftId, data })
  return { erased: { drafts: 1, documents: claims.length }, claims }
}

/** Runs the work in a transaction that is rolled back, and returns what it would have done. */
async function trying(ctx: AppContext, work: (tx: Queryable) => Promise<Done>): Promise<Done> {
  let done: Done | undefined
  const takenBack = new Error('Only tried.')
  await ctx.db.write
    .begin(async (tx) => {
      done = await work(tx)
      throw takenBack
    })
    .catch((error: unknown) => {
      if (error !== takenBack) throw error
    })
  return done!
}
