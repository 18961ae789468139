import type { VNode } from 'preact'
import { renderFragment, renderPage } from '#views/layouts/render.ts'

type Options = { status?: number; headers?: Record<string, string>; fragment?: boolean }

/**
 * A page as an answer, or what was rendered of one; with `fragment`, a part of one. Pages show what only the asker may see: nobody
 * stores them.
 */
export function html(view: VNode | string, { status = 200, headers = {}, fragment = false }: Options = {}): Response {
  const render = fragment ? renderFragment : renderPage
  return new Response(typeof view === 'string' ? view : render(view), {
    status,
    headers: { 'cache-control': 'no-store', ...headers, 'content-type': 'text/html; charset=utf-8' },
  })
}

/** After a form: `303 See Other` (RFC 9110, section 15.4.4), so that reload and back do not send it again. */
export function seeOther(location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { 'cache-control': 'no-store', ...headers, location } })
}

/** Where a tournament's pages live: `/`, or `/t/<slug>` when the address named one. */
export const basePath = (params: { slug?: string } | undefined) =>
  params?.slug === undefined ? '' : `/t/${params.slug}`
