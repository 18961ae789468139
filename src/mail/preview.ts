/**
 * Of a message as HTML in a frame of our own pages: nothing in it runs, leads anywhere or fetches anything. Only here are styles allowed
 * in the markup itself, as mail programs need them there.
 */
export const FRAMED_LETTER = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-frame-options': 'SAMEORIGIN',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox",
}
