/** On every answer. A route that shows a private file replaces the policy with its own. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), geolocation=(), microphone=(), payment=(), usb=()',
  // Not `no-referrer`: under that a browser sends `Origin: null` with our own forms (Fetch standard, "append a request Origin header").
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

const ONE_YEAR_SECONDS = 31_536_000
/** Sent where `PUBLIC_URL` is https (RFC 6797). */
export const STRICT_TRANSPORT = `max-age=${ONE_YEAR_SECONDS}; includeSubDomains`
