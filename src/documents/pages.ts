import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { cleanFileName } from '#src/files/file-name.ts'
import type { ContentType } from '#src/files/file-type.ts'
import { admit } from '#src/http/admit.ts'
import { contentDisposition } from '#src/http/content-disposition.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { openByToken } from './service.ts'

/** A stranger's file runs nothing and loads nothing. */
const PICTURE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"
/** Browsers' own PDF viewers need their styles and their plug-in, and Safari's stays blank in a sandbox. */
const PDF_POLICY =
  "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"

/** Private files, for whoever holds a short-lived address. */
export const documentsPages = (ctx: AppContext) =>
  new Elysia({ name: 'documents.pages' }).use(admit(ctx)).get(
    '/files/:token/:name',
    async ({ params }) => {
      const { content, contentType } = await openByToken(ctx, params.token).catch(refuseToShow)
      return new Response(content, {
        headers: { ...fileHeaders(ctx, params.name, contentType), 'content-length': String(content.size) },
      })
    },
    // The address is the permission. As often as staff pages are asked for: one of those may show a whole team's documents.
    { admit: { tier: 'admin', public: true, body: BODY_NONE } },
  )

function fileHeaders({ config: { corsOrigins } }: AppContext, name: string, contentType: ContentType) {
  const policy = contentType === 'application/pdf' ? PDF_POLICY : PICTURE_POLICY
  return {
    'content-type': contentType,
    'content-disposition': contentDisposition('inline', cleanFileName(name, contentType)),
    // Whose pages may ask the API may show what it led them to.
    'content-security-policy': [policy, ...corsOrigins].join(' '),
    ...(corsOrigins.length > 0 && { 'cross-origin-resource-policy': 'cross-origin' }),
    'x-content-type-options': 'nosniff',
    // Where the policy names who may frame it, browsers leave this alone (CSP level 3, section 6.4.2.2).
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, no-store',
  }
}

/** The store's own words are about keeping files. */
function refuseToShow(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'STORAGE_UNAVAILABLE') throw error
  const { cause, retryAfterSeconds } = error
  throw new AppError('STORAGE_UNAVAILABLE', { message: m.documents_unreadable(), cause, retryAfterSeconds })
}
