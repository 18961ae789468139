import { m } from '#messages'
import type { AppError } from '#src/errors.ts'
import { FrameRefusal } from '#views/documents/frame-refusal.tsx'
import { html } from './page.ts'

/** Our own page, in a frame of ours. */
const POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'self'; base-uri 'none'"
/** Asked again, what is busy or away may answer; what is over or forbidden stays so. */
const MAY_PASS = new Set([408, 429])

/** Whether the answer will stand in a frame of a page (Fetch Metadata, `Sec-Fetch-Dest`), which shows nothing that is not made for it. */
export const isForFrame = (request: Request): boolean => request.headers.get('sec-fetch-dest') === 'iframe'

/** In the place of a document: a sentence, and the same address once more where that may help. */
export function frameRefusal({ status }: AppError, address: string | undefined, headers: Record<string, string>) {
  const view =
    status >= 500 || MAY_PASS.has(status)
      ? FrameRefusal({ sentence: m.documents_frame_refused(), retryHref: address })
      : FrameRefusal({ sentence: m.documents_frame_expired() })
  const framed = { 'content-security-policy': POLICY, 'x-frame-options': 'SAMEORIGIN' }
  return html(view, { status, headers: { ...headers, ...framed } })
}
