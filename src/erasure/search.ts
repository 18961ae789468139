import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { type DraftPerson, listDraftPeople, listPeopleOfDrafts } from '#src/registration/service.ts'
import {
  findPeople,
  listPeople,
  type PersonPlace,
  type PersonRow,
  searchByMarks,
  searchPeople,
} from '#src/teams/service.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { fits, isRef, isSamePerson, marksOf, type Person, type Search } from './model.ts'

/** Beyond it somebody has to search more closely. */
export const FOUND_MAX = 100
/** Each may find another address or number of the same person. */
const ROUNDS_MAX = 4

/** Everybody, in every tournament, sent or not, whom the search fits, at most `FOUND_MAX`; whoever was erased fits none. */
export async function findByWords(ctx: AppContext, search: Search): Promise<Person[]> {
  if (search.texts.length + search.digits.length === 0) return []
  const [registered, drafted] = await Promise.all([
    searchPeople(ctx.db.read, search.texts, search.digits, FOUND_MAX),
    listDraftPeople(ctx, search.texts, search.digits),
  ])
  return (await known(ctx, registered, drafted)).filter((person) => fits(search, person)).slice(0, FOUND_MAX)
}

/**
 * One person's places: those that are surely theirs, each by what it shares with another of them, and those that share a name, a number or
 * an address and may be somebody else. Throws NOT_FOUND.
 */
export async function findPlacesOf(ctx: AppContext, ref: string): Promise<{ sure: Person[]; others: Person[] }> {
  const known = await findByRefs(ctx, [ref])
  if (known.length === 0) throw new AppError('NOT_FOUND', { message: m.erasure_not_there() })
  return findPlacesLike(ctx, known)
}

/** As `findPlacesOf`, of a person of whom these places are known; they need not be there any more. */
export async function findPlacesLike(
  ctx: AppContext,
  places: readonly Person[],
): Promise<{ sure: Person[]; others: Person[] }> {
  const sure = [...places]
  let others: Person[] = []
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = sure.length
    others = (await findByMarks(ctx, sure)).filter((other) => !sure.some(({ ref }) => ref === other.ref))
    for (let more = true; more; ) {
      const joined = others.filter((other) => sure.some((person) => isSamePerson(person, other)))
      others = others.filter((other) => !joined.includes(other))
      sure.push(...joined)
      more = joined.length > 0
    }
    if (sure.length === before) break
  }
  return { sure, others }
}

async function findByMarks(ctx: AppContext, people: readonly Person[]): Promise<Person[]> {
  const marks = marksOf(people)
  const [registered, reached, namesakes] = await Promise.all([
    searchByMarks(ctx.db.read, marks, FOUND_MAX),
    listDraftPeople(ctx, marks.emails, marks.numbers),
    listDraftPeople(ctx, marks.names, []),
  ])
  const drafted = new Map([...reached, ...namesakes].map((person) => [refOfDraft(person), person]))
  const shares = (person: Person) => {
    const own = marksOf([person])
    return (['emails', 'numbers', 'names'] as const).some((mark) => own[mark].some((one) => marks[mark].includes(one)))
  }
  return (await known(ctx, registered, [...drafted.values()])).filter(shares)
}

/** Everybody of a team. */
export const findByTeam = async (ctx: AppContext, teamId: string): Promise<Person[]> =>
  known(ctx, await listPeople(ctx.db.read, teamId), [])

/** Who stands in these places; places that are none, any more, are left out. */
export async function findByRefs(ctx: AppContext, refs: readonly string[]): Promise<Person[]> {
  const wanted = refs.filter(isRef)
  const places = wanted.filter((ref) => !ref.startsWith('draft:')).map(placeOf)
  const draftIds = new Set(wanted.filter((ref) => ref.startsWith('draft:')).map((ref) => ref.split(':')[1]!))
  const [registered, drafted] = await Promise.all([
    places.length > 0 ? findPeople(ctx.db.read, places) : [],
    listPeopleOfDrafts(ctx, [...draftIds]),
  ])
  return (await known(ctx, registered, drafted)).filter(({ ref }) => wanted.includes(ref))
}

/** Those of whom something is known: neither erased nor a row of a form where nothing was typed or put. */
async function known(
  ctx: AppContext,
  registered: readonly PersonRow[],
  drafted: readonly DraftPerson[],
): Promise<Person[]> {
  const people = [...registered.map(ofTeam), ...(await Promise.all(drafted.map((person) => ofDraft(ctx, person))))]
  return people.filter(({ name, phone, email, whatsapp, dateOfBirth, documents }) => {
    const isNamed = name !== '' && name !== m.erasure_name()
    return isNamed || phone + email + whatsapp !== '' || dateOfBirth !== null || documents > 0
  })
}

function placeOf(ref: string): PersonPlace {
  const [part, id] = ref.split(':') as [PersonPlace['part'], string]
  return { part, id }
}

const ofTeam = ({ part, id, teamId, teamCode, teamName, ...person }: PersonRow): Person => ({
  ...person,
  ref: `${part}:${id}`,
  part,
  team: { id: teamId, code: teamCode, name: teamName },
})

async function ofDraft(ctx: AppContext, { draftId, part, ...person }: DraftPerson): Promise<Person> {
  return {
    ...person,
    ref: refOfDraft({ draftId, part }),
    part: part === 'captain' ? 'captain' : part === 'viceCaptain' ? 'vice_captain' : 'player',
    tournamentName: (await getTournament(ctx, person.tournamentId)).name,
    dateOfBirth: person.dateOfBirth || null,
  }
}

const refOfDraft = ({ draftId, part }: Pick<DraftPerson, 'draftId' | 'part'>) => `draft:${draftId}:${part}`
