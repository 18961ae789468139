import type { AppContext } from '#src/context.ts'
import { newToken } from '#src/lib/keys.ts'

/** How long a browser is remembered after it signed in to an account. */
export const KNOWN_BROWSER_SECONDS = 180 * 86_400

const PURPOSE = 'known browser'

/**
 * A signed note that this browser has signed in to this account (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"): wrong
 * guesses by strangers, however many, then make it wait no longer. It opens nothing by itself.
 */
export const newKnownBrowser = (ctx: AppContext, accountKey: string): string =>
  ctx.keys.sign(PURPOSE, `${accountMark(ctx, accountKey)}.${newToken()}`)

/** What wrong guesses at an account are counted by: by the browser where the account knows it, else for all strangers together. */
export function guessSubject(ctx: AppContext, accountKey: string, note: string | undefined): string {
  const [mark, browser] = (note && ctx.keys.verify(PURPOSE, note)?.split('.')) || []
  return mark === accountMark(ctx, accountKey) ? `sign-in ${accountKey} from ${browser}` : `sign-in ${accountKey}`
}

/** Whether this browser has signed in to the account before. */
export const isKnownBrowser = (ctx: AppContext, accountKey: string, note: string | undefined): boolean =>
  guessSubject(ctx, accountKey, note) !== guessSubject(ctx, accountKey, undefined)

const accountMark = (ctx: AppContext, accountKey: string) => ctx.keys.hash('account', accountKey).toString('base64url')
