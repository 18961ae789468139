import type { VNode } from 'preact'
import type { AppContext } from '#src/context.ts'
import type { GappedPage } from '#src/lib/gapped-page.ts'
import { renderFragment, renderPage } from '#views/layouts/render.ts'
import { chooseEncoding } from './compression.ts'

const HTML = 'text/html; charset=utf-8'

type Options = { status?: number; headers?: Record<string, string>; fragment?: boolean }

/** A page as an answer; with `fragment`, a part of one. Pages show what only the asker may see: nobody stores them. */
export function html(view: VNode, { status = 200, headers = {}, fragment = false }: Options = {}): Response {
  return new Response(fragment ? renderFragment(view) : renderPage(view), {
    status,
    headers: { 'cache-control': 'no-store', ...headers, 'content-type': HTML },
  })
}

/** A page that was rendered and compressed before, with what is this asker's own in it. */
export function filledHtml(
  ctx: AppContext,
  request: Request,
  { plain, gzip }: ReturnType<GappedPage['fill']>,
  headers: Record<string, string>,
): Response {
  const takesGzip = chooseEncoding(request.headers.get('accept-encoding'), ['gzip']) !== undefined
  const isPacked = ctx.config.enableCompression && takesGzip
  const body = isPacked ? gzip : plain
  return new Response(body, {
    headers: {
      'cache-control': 'no-store',
      ...headers,
      'content-type': HTML,
      'content-length': String(body.byteLength),
      vary: 'Accept-Encoding',
      ...(isPacked && { 'content-encoding': 'gzip' }),
    },
  })
}

/** After a form: `303 See Other` (RFC 9110, section 15.4.4), so that reload and back do not send it again. */
export function seeOther(location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { 'cache-control': 'no-store', ...headers, location } })
}

/** Where a tournament's pages live: `/`, or `/t/<slug>` when the address named one. */
export const basePath = (params: { slug?: string } | undefined) =>
  params?.slug === undefined ? '' : `/t/${params.slug}`
