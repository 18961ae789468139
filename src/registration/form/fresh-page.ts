import type { VNode } from 'preact'
import type { Tournament } from '#src/context.ts'
import { type GappedPage, gappedPage } from '#src/lib/gapped-page.ts'
import { renderPage } from '#views/layouts/render.ts'

/** Stands where each asker's own token goes; tokens are longer. */
const STAND_IN = 'token-of-whoever-asks'
/** Addresses that people reach one tournament at. */
const PLACES_MAX = 10

const pages = new WeakMap<Tournament, Map<string, GappedPage>>()

/**
 * The page of a form that nobody has begun. It is the same for all who ask but for the token (base64url, so it needs no escaping), and
 * is rendered and compressed once for as long as a tournament's settings are remembered.
 *
 * @param place where the page is asked for: origin and path
 */
export async function freshPage<Props>(
  tournament: Tournament,
  place: string,
  view: (token: string) => Promise<VNode<Props>>,
): Promise<GappedPage> {
  const known = pages.get(tournament)?.get(place)
  if (known) return known
  const page = gappedPage(renderPage(await view(STAND_IN)), STAND_IN)
  const others = [...(pages.get(tournament) ?? [])].slice(1 - PLACES_MAX)
  pages.set(tournament, new Map([...others, [place, page]]))
  return page
}
