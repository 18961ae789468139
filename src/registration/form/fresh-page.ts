import type { Tournament } from '#src/context.ts'

/** Stands where each asker's own token goes; tokens are longer. */
const STAND_IN = 'token-of-whoever-asks'
/** Addresses that people reach one tournament at. */
const PLACES_MAX = 10

const pages = new WeakMap<Tournament, Map<string, string[]>>()

/**
 * The page of a form that nobody has begun. It is the same for all who ask but for the token (base64url, so it needs no escaping), and
 * is rendered once for as long as a tournament's settings are remembered.
 *
 * @param place where the page is asked for: origin and path
 */
export async function freshPage(
  tournament: Tournament,
  place: string,
  token: string,
  render: (token: string) => Promise<string>,
): Promise<string> {
  const known = pages.get(tournament)?.get(place)
  if (known) return known.join(token)
  const parts = (await render(STAND_IN)).split(STAND_IN)
  const others = [...(pages.get(tournament) ?? [])].slice(1 - PLACES_MAX)
  pages.set(tournament, new Map([...others, [place, parts]]))
  return parts.join(token)
}
