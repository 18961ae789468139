import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Elysia } from 'elysia'
import type { VNode } from 'preact'
import { assets, loadAssets } from '#src/http/assets.ts'
import { PartsPage } from '#views/dev/parts.tsx'
import { renderPage } from '#views/layouts/render.ts'
import { buildAssets } from '../../scripts/assets.ts'

/** Stricter than the server's own: not even `data:` images. */
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

type Handler = (request: Request) => Response | Promise<Response>
type Served = { url: string; stop(): Promise<void> }

/** The parts page (or `page`) under a strict policy, with the assets as just built; `handlers` answer further paths. */
export async function serveParts({
  page = PartsPage({}),
  handlers = {},
}: {
  page?: VNode
  handlers?: Record<string, Handler>
} = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'teamsheet-assets-'))
  await buildAssets({ minify: true, output: join(folder, 'public') })
  const assetServer = new Elysia().use(assets(await loadAssets(join(folder, 'public'))))
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => {
      const { pathname } = new URL(request.url)
      if (pathname.startsWith('/assets/')) return assetServer.handle(request)
      const handler = handlers[pathname]
      return handler ? handler(request) : document(renderPage(page))
    },
  })
  return {
    url: server.url.href,
    stop: async () => {
      await server.stop(true)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** An answer of HTML under the policy. */
export function document(html: string, status = 200): Response {
  return new Response(html, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
  })
}
