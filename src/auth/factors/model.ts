/** How many recovery codes somebody is given. */
export const RECOVERY_CODES = 10
/** With so few left the page asks to make new ones. */
export const RECOVERY_CODES_FEW = 3
/** The longest that a code may be typed, spaces included. */
export const CODE_LENGTH_MAX = 40

const TOTP_CODE = /^\d{6}$/

/** The six digits of an authenticator app, as they are typed; undefined where it cannot be such a code. */
export function tidyTotpCode(typed: string): string | undefined {
  const code = typed.replace(/\s/g, '')
  return TOTP_CODE.test(code) ? code : undefined
}
