import { lstatSync, readdirSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { StartError } from '#src/lib/start-error.ts'
import type { Admission } from './admit.ts'
import { chooseEncoding, compress, type Encoding } from './compression.ts'
import { BODY_NONE } from './limits.ts'
import { requestState } from './request-state.ts'

/** Addresses of the client's own pages: its `index.html`, which finds out by itself what to show. */
export const CLIENT_PAGES = [
  '/',
  '/registration',
  '/gallery',
  '/schedule',
  '/rules',
  '/contact',
  '/admin/login',
  '/admin/dashboard',
  '/admin/schedule',
  '/admin/team/*',
  '/admin/player/*',
] as const
const INDEX = '/index.html'
/** What stays ours whatever the client has. */
const OURS = /^\/(?:api|admin|files|entry|draft|setup|t)\//
const FILES_MAX = 2000
const DEPTH_MAX = 16
/** Larger ones are sent from the disk as they are. */
const HELD_MAX_BYTES = 2 * 1_048_576

/** Its own scripts, styles that it sets itself, pictures and documents it was given; nothing of anybody else. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "frame-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')
const FOR_EVER = 'public, max-age=31536000, immutable'
/** Kept, but asked about each time. */
const ASKED_ABOUT = 'no-cache'
/**
 * As bundlers name a file by its content: `index-BxT3k2_a.js`, `main.8e1a2b3c.chunk.css`; within the folders they put such files in. Digits,
 * capitals and small letters: `logo-sponsor1.png` is a person's name for it. A hash that happens to have none of one kind is asked about.
 */
const HASHED =
  /^\/(?:.+\/)?(?:assets|static)\/(?:.+\/)?[^/]+[.-](?=[\w-]*\d)(?:(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{8}|(?=\d*[a-f])[0-9a-f]{8,64})\.[a-z0-9.]+$/

/** Said as every route says it; like our own assets these come when the database is down, too. */
const ADMISSION: Admission = { tier: 'uncounted', public: true, body: BODY_NONE }

/** Files of a built client, by address. */
export type ClientFiles = ReadonlyMap<string, string>

/**
 * The files of a folder by the address each is asked for at; once, at start, so that no address can lead anywhere else. Hidden files,
 * links, files without an ending and what would lie among our own pages are left out. Throws StartError.
 */
export function readClient(dir: string): ClientFiles {
  const files = new Map<string, string>()
  const walk = (folder: string, address: string, depth: number): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = `${address}/${encodeURIComponent(entry.name)}`
      if (entry.name.startsWith('.') || /[:*?#\\]/.test(entry.name) || OURS.test(`${at}/`)) continue
      if (entry.isDirectory() && depth < DEPTH_MAX) walk(join(folder, entry.name), at, depth + 1)
      if (entry.isFile() && entry.name.includes('.')) files.set(at, join(folder, entry.name))
      if (files.size > FILES_MAX) throw new StartError(`CLIENT_DIR ${dir} holds more than ${FILES_MAX} files.`)
    }
  }
  try {
    if (!lstatSync(join(dir, INDEX)).isFile()) throw new Error('It is no file.')
    walk(resolve(dir), '', 0)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(`CLIENT_DIR ${dir} is no folder with a built client: its index.html cannot be read.`)
  }
  return files
}

/** Serves the client's files at their addresses, and its `index.html` at its pages'; HEAD as GET. */
export function client(ctx: AppContext, files: ClientFiles) {
  const send = sender(ctx)
  const routes = new Elysia({ name: 'client' })
  const index = files.get(INDEX)!
  const declared = () => ({ detail: { hide: true, 'x-admission': ADMISSION } as Record<string, unknown> })
  for (const page of CLIENT_PAGES) routes.get(page, ({ request }) => send(request, INDEX, index), declared())
  for (const [address, path] of files) routes.get(address, ({ request }) => send(request, address, path), declared())
  return routes
}

type Packed = { etag: string; body: Uint8Array<ArrayBuffer> }

function sender(ctx: AppContext) {
  /** By path and encoding; a file that changed is packed anew. */
  const packed = new Map<string, Packed>()

  const pack = async (path: string, etag: string, type: string, encoding: Encoding) => {
    const key = `${encoding} ${path}`
    const known = packed.get(key)
    if (known?.etag === etag) return known.body
    const body = compress(await Bun.file(path).bytes(), type, encoding) as Packed['body'] | undefined
    if (body) packed.set(key, { etag, body })
    return body
  }

  return async (request: Request, address: string, path: string): Promise<Response> => {
    // However many files there are, they are counted as one.
    Object.assign(requestState(request), { route: 'client', tier: ADMISSION.tier })
    const found = await lstat(path).catch(() => undefined)
    if (!found?.isFile()) throw new AppError('NOT_FOUND')
    const file = Bun.file(path)
    const etag = `"${found.size.toString(36)}-${Math.trunc(found.mtimeMs).toString(36)}"`
    const headers: Record<string, string> = {
      'content-security-policy': ctx.config.clientCsp ?? POLICY,
      'cache-control': HASHED.test(address) ? FOR_EVER : ASKED_ABOUT,
      vary: 'Accept-Encoding',
      etag,
    }
    if (request.headers.get('if-none-match')?.includes(etag)) return new Response(null, { status: 304, headers })
    headers['content-type'] = file.type
    const isHeld = ctx.config.enableCompression && found.size <= HELD_MAX_BYTES
    const encoding = isHeld ? chooseEncoding(request.headers.get('accept-encoding')) : undefined
    const body = encoding && (await pack(path, etag, file.type, encoding))
    if (body) headers['content-encoding'] = encoding
    return new Response(body ?? file, {
      headers: { ...headers, 'content-length': String(body?.byteLength ?? found.size) },
    })
  }
}
