import { randomBytes } from 'node:crypto'
import { m } from '#messages'
import { maskAudit, record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { type Claim, erasePersonsDocuments, releaseFiles } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { forgetAnswers } from '#src/idempotency/service.ts'
import { eraseFromMails } from '#src/mail/service.ts'
import { type Actor, idOf, may } from '#src/permissions.ts'
import { eraseFromDraft, forgetDraftsOf } from '#src/registration/service.ts'
import { maskDecisions } from '#src/review/service.ts'
import { eraseContacts, erasePlayers, holdTeam, type Masking, revokeLinksIn } from '#src/teams/service.ts'
import { marksOf, PEOPLE_AT_ONCE_MAX, type Person, patternOf } from './model.ts'
import { findByRefs, findByTeam, findPlacesLike } from './search.ts'
import { removeTraces } from './traces.ts'

export { type GoingDocument, listGoingDocuments } from './documents.ts'
export { FOUND_MAX, findByRefs, findByTeam, findByWords, findPlacesOf } from './search.ts'
export { removeTraces } from './traces.ts'

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
 * names the same bytes, and then what the database's own files still have of it; what a crash leaves of that, the timetable does. May be
 * asked again after a failure: what is erased stays so. `left` are places that are surely the person's too, and were not named or came
 * meanwhile. Throws FORBIDDEN, NOT_FOUND (nobody stands there).
 */
export async function erasePerson(
  ctx: AppContext,
  actor: Actor,
  erasure: Erasure,
): Promise<Erased & { left: Person[] }> {
  const { erased, claims, people } = await eachPlace(ctx, actor, erasure, (work) => ctx.db.write.begin(work))
  await releaseFiles(ctx, claims)
  await removeTraces(ctx).catch((error: unknown) => ctx.log.warn({ err: error }, 'person.traces-left'))
  const { sure } = await findPlacesLike(ctx, people)
  return { ...erased, left: sure.slice(people.length) }
}

/** What `erasePerson` would erase: everything is tried, and taken back. Throws as it does. */
export async function surveyErasure(ctx: AppContext, actor: Actor, erasure: Erasure): Promise<Erased> {
  const { erased } = await eachPlace(ctx, actor, erasure, (work) => trying(ctx, work), true)
  return erased
}

/** `becameTeam`: the form was sent meanwhile, and this is its team. */
type Done = { erased: Partial<Erased>; claims: Claim[]; becameTeam?: string }
type InTransaction = (work: (tx: Queryable) => Promise<Done>) => Promise<Done>
type Work = { ctx: AppContext; actor: Actor; hasTeamDocuments: boolean; masking: Masking }

async function eachPlace(
  ctx: AppContext,
  actor: Actor,
  { refs, hasTeamDocuments }: Erasure,
  inTransaction: InTransaction,
  isTrial = false,
): Promise<{ erased: Erased; claims: Claim[]; people: Person[] }> {
  if (actor.kind !== 'system' && !may(actor, 'people.erase')) throw new AppError('FORBIDDEN')
  const people = await findByRefs(ctx, refs.slice(0, PEOPLE_AT_ONCE_MAX))
  if (people.length === 0) throw new AppError('NOT_FOUND', { message: m.erasure_not_there() })
  const masking = { pattern: patternOf(people), placeholder: m.erasure_name() }
  const work: Work = { ctx, actor, hasTeamDocuments, masking }
  const all = { people: people.length, teams: 0, documents: 0, mails: 0, drafts: 0, answers: 0, links: 0 }
  const claims: Claim[] = []
  const erase = async (subjectId: string, own: readonly Person[], eraseFrom: typeof eraseFromTeam) => {
    const done = await inTransaction((tx) => eraseFrom(tx, work, subjectId, own))
    for (const [what, count] of Object.entries(done.erased)) all[what as keyof Erased] += count
    claims.push(...done.claims)
    if (done.becameTeam !== undefined) return eraseAgain(done.becameTeam, own)
    const actorId = idOf(actor)
    if (!isTrial) ctx.log.info({ subjectId, places: own.map(({ ref }) => ref), actorId }, 'person.erased')
  }
  const eraseAgain = async (teamId: string, own: readonly Person[]): Promise<void> => {
    const registered = (await findByTeam(ctx, teamId)).filter((person) => own.some((one) => isSamePart(one, person)))
    if (registered.length > 0) await erase(teamId, registered, eraseFromTeam)
  }
  const byPlace = Map.groupBy(people, ({ team, ref }) => team?.id ?? ref.split(':')[1]!)
  for (const [subjectId, own] of byPlace) await erase(subjectId, own, own[0]!.team ? eraseFromTeam : eraseFromForm)
  return { erased: all, claims, people }
}

/** Whether somebody of a form is this one of the team that it became. */
const isSamePart = (inForm: Person, inTeam: Person) =>
  inForm.part === inTeam.part && (inForm.part !== 'player' || marksOf([inForm]).names[0] === marksOf([inTeam]).names[0])

async function eraseFromTeam(tx: Queryable, work: Work, teamId: string, people: readonly Person[]): Promise<Done> {
  const { ctx, actor, hasTeamDocuments, masking } = work
  const { pattern, placeholder } = masking
  const [{ tournamentId }] = people as [Person]
  const isIn = (part: Person['part']) => people.some((person) => person.part === part)
  const [captain, viceCaptain] = [isIn('captain'), isIn('vice_captain')]
  const playerIds = people.filter(({ part }) => part === 'player').map(({ ref }) => ref.split(':')[1]!)
  await holdTeam(tx, teamId)
  await eraseContacts(tx, teamId, { captain, viceCaptain, pinHmac: randomBytes(PIN_BYTES) }, masking)
  await erasePlayers(tx, teamId, playerIds, placeholder)
  await maskDecisions(tx, teamId, pattern, placeholder)
  const auditEntries = await maskAudit(tx, pattern)
  const links = captain ? await revokeLinksIn(tx, teamId, ctx.now()) : 0
  const addresses = people.map(({ email }) => email.toLowerCase()).filter(Boolean)
  const mails = await eraseFromMails(tx, teamId, { addresses, pattern, placeholder, now: ctx.now() })
  const answers = await forgetAnswers(tx, teamId)
  const forgotten = await forgetDraftsOf(ctx, tx, teamId)
  const person = { teamId, tournamentId, actor, playerIds, isTeamsToo: hasTeamDocuments, masking }
  const documents = await erasePersonsDocuments(ctx, tx, person)
  const erased = { documents: documents.length, mails, drafts: forgotten.drafts, answers, links }
  const data = { captain, viceCaptain, players: playerIds.join(' '), ...erased, auditEntries }
  await record(tx, { event: 'person.erased', actor, tournamentId, subjectId: teamId, data })
  return { erased: { teams: 1, ...erased }, claims: [...documents, ...forgotten.claims] }
}

async function eraseFromForm(tx: Queryable, work: Work, draftId: string, people: readonly Person[]): Promise<Done> {
  const { ctx, actor, hasTeamDocuments, masking } = work
  const parts = people.map(({ ref }) => ref.split(':')[2]!)
  const taken = await eraseFromDraft(ctx, tx, draftId, { parts, hasTeamFiles: hasTeamDocuments, masking })
  if (taken.becameTeam !== undefined) return { erased: {}, ...taken }
  const [{ tournamentId }] = people as [Person]
  const data = { places: parts.join(' '), documents: taken.claims.length }
  await record(tx, { event: 'person.erased', actor, tournamentId, subjectId: draftId, data })
  return { erased: { drafts: 1, documents: taken.claims.length }, claims: taken.claims }
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
