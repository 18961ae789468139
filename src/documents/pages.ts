import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { cleanFileName } from '#src/files/file-name.ts'
import type { ContentType } from '#src/files/file-type.ts'
import { admit } from '#src/http/admit.ts'
import { contentDisposition } from '#src/http/content-disposition.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { html } from '#src/http/page.ts'
import { FrameRefusal } from '#views/documents/frame-refusal.tsx'
import { openByToken } from './service.ts'

/** A stranger's file runs nothing and loads nothing. */
const PICTURE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"
/** Browsers' own PDF viewers need their styles and their plug-in, and Safari's stays blank in a sandbox. */
const PDF_POLICY =
  "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"

/** Our own page, in a frame of ours. */
const REFUSAL_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'self'; base-uri 'none'"

/** Private files, for whoever holds a short-lived address. */
export const documentsPages = (ctx: AppContext) =>
  new Elysia({ name: 'documents.pages' }).use(admit(ctx)).get(
    '/files/:token/:name',
    async ({ params, request }) => {
      try {
        const { content, contentType } = await openByToken(ctx, params.token)
        return new Response(content, {
          headers: { ...fileHeaders(params.name, contentType), 'content-length': String(content.size) },
        })
      } catch (error) {
        if (!(error instanceof AppError) || request.headers.get('sec-fetch-dest') !== 'iframe') throw error
        return frameRefusal(error, new URL(request.url).pathname)
      }
    },
    // The address is the permission. As often as staff pages are asked for: one of those may show a whole team's documents.
    { admit: { tier: 'admin', public: true, body: BODY_NONE } },
  )

function fileHeaders(name: string, contentType: ContentType): Record<string, string> {
  return {
    'content-type': contentType,
    'content-disposition': contentDisposition('inline', cleanFileName(name, contentType)),
    'content-security-policy': contentType === 'application/pdf' ? PDF_POLICY : PICTURE_POLICY,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, no-store',
  }
}

/** A frame shows no page that is not made for it: a sentence, and the same address once more. */
function frameRefusal({ code, status }: AppError, address: string): Response {
  const view =
    code === 'STORAGE_UNAVAILABLE'
      ? FrameRefusal({ sentence: m.documents_frame_refused(), retryHref: address })
      : FrameRefusal({ sentence: m.documents_frame_expired() })
  return html(view, {
    status,
    headers: { 'content-security-policy': REFUSAL_POLICY, 'x-frame-options': 'SAMEORIGIN' },
  })
}
