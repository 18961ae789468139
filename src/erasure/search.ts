import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { type DraftPerson, listDraftPeople, listPeopleOfDraft } from '#src/registration/service.ts'
import { findPeople, listPeople, type PersonPlace, type PersonRow, searchPeople } from '#src/teams/service.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { fits, isRef, isSamePerson, type Person, type Search, searchOf } from './model.ts'

/** Beyond it somebody has to search more closely. */
const FOUND_MAX = 100
/** Each may find another address or number of the same person. */
const ROUNDS_MAX = 4

/** Everybody, in every tournament, sent or not, whom the search fits; whoever was erased fits none. */
export async function findByWords(ctx: AppContext, search: Search): Promise<Person[]> {
  if (search.texts.length + search.digits.length === 0) return []
  const [registered, drafted] = await Promise.all([
    searchPeople(ctx.db.read, search.texts, search.digits, FOUND_MAX),
    listDraftPeople(ctx, search.texts, search.digits),
  ])
  const people = [...registered.map(ofTeam), ...(await Promise.all(drafted.map((person) => ofDraft(ctx, person))))]
  return people.filter((person) => fits(search, person)).slice(0, FOUND_MAX)
}

/**
 * One person's places: those that are surely theirs, each by what it shares with another of them, and those that only share a name.
 * Throws NOT_FOUND.
 */
export async function findPlacesOf(ctx: AppContext, ref: string): Promise<{ sure: Person[]; namesakes: Person[] }> {
  const sure = await findByRefs(ctx, [ref])
  if (sure.length === 0) throw new AppError('NOT_FOUND')
  let namesakes: Person[] = []
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const found = await findByWords(ctx, unite(sure.map(searchOf)))
    const before = sure.length
    namesakes = found.filter((other) => !sure.some((person) => person.ref === other.ref))
    for (let more = true; more; ) {
      const joined = namesakes.filter((other) => sure.some((person) => isSamePerson(person, other)))
      namesakes = namesakes.filter((other) => !joined.includes(other))
      sure.push(...joined)
      more = joined.length > 0
    }
    if (sure.length === before) break
  }
  return { sure, namesakes }
}

const unite = (searches: readonly Search[]): Search => ({
  texts: [...new Set(searches.flatMap(({ texts }) => texts))],
  digits: [...new Set(searches.flatMap(({ digits }) => digits))],
})

/** Everybody of a team. */
export const findByTeam = async (ctx: AppContext, teamId: string): Promise<Person[]> =>
  (await listPeople(ctx.db.read, teamId)).map(ofTeam)

/** Who stands in these places; places that are none, any more, are left out. */
export async function findByRefs(ctx: AppContext, refs: readonly string[]): Promise<Person[]> {
  const known = refs.filter(isRef)
  const places = known.filter((ref) => !ref.startsWith('draft:')).map(placeOf)
  const draftIds = new Set(known.filter((ref) => ref.startsWith('draft:')).map((ref) => ref.split(':')[1]!))
  const registered = places.length > 0 ? await findPeople(ctx.db.read, places) : []
  const drafted = (await Promise.all([...draftIds].map((id) => listPeopleOfDraft(ctx, id)))).flat()
  const people = [...registered.map(ofTeam), ...(await Promise.all(drafted.map((person) => ofDraft(ctx, person))))]
  return people.filter(({ ref }) => known.includes(ref))
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
    ref: `draft:${draftId}:${part}`,
    part: part === 'captain' ? 'captain' : part === 'viceCaptain' ? 'vice_captain' : 'player',
    tournamentName: (await getTournament(ctx, person.tournamentId)).name,
    dateOfBirth: person.dateOfBirth || null,
    documents: 0,
  }
}
