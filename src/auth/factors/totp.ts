import { Secret, TOTP } from 'otpauth'
import type { AppContext } from '#src/context.ts'

/** RFC 4226, section 4: 160 bits, the length of SHA-1's digest, are advised. */
const SECRET_BYTES = 20
/** What every authenticator app knows, whatever else its address asks for (RFC 6238; Google's "Key Uri Format"). */
const CODES = { algorithm: 'SHA1', digits: 6, period: 30 } as const
/** Clocks differ: the code before and the one after are taken, too (RFC 6238, section 5.2). */
const STEPS_BESIDE = 1

export const newSecret = (): string => new Secret({ size: SECRET_BYTES }).base32

/** `otpauth://totp/…`: what the QR code says, and what opens an app on a phone. `secret` is in base32. */
export const totpAddress = (secret: string, { site, email }: { site: string; email: string }): string =>
  // A colon parts the issuer from the label.
  new TOTP({ ...CODES, secret, issuer: site.replaceAll(':', ' '), label: email }).toString()

/** The time step whose code this is; undefined for a wrong one. */
export function stepOf(ctx: Pick<AppContext, 'now'>, secret: string, code: string): number | undefined {
  const timestamp = ctx.now().getTime()
  const delta = new TOTP({ ...CODES, secret }).validate({ token: code, timestamp, window: STEPS_BESIDE })
  return delta === null ? undefined : Math.floor(timestamp / 1000 / CODES.period) + delta
}
