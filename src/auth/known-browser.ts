import type { AppContext } from '#src/context.ts'
import { newToken } from '#src/lib/keys.ts'

/** How long a browser is remembered after it signed in to an account. */
export const KNOWN_BROWSER_SECONDS = 180 * 86_400

const PURPOSE = 'known browser'

/** Of a browser that did not sign in yet, so that the person is still told when it does. */
const BY_LINK = 'link'

/**
 * A signed note that this browser has signed in to this account (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"): wrong
 * guesses by strangers, however many, then make it wait no longer. It opens nothing by itself. `isByLink`: somebody chose the account's
 * password in it, by a link; without the note a stranger who goes on guessing would keep them out even so.
 */
export const newKnownBrowser = (ctx: AppContext, accountKey: string, { isByLink = false } = {}): string =>
  ctx.keys.sign(PURPOSE, [accountMark(ctx, accountKey), newToken(), ...(isByLink ? [BY_LINK] : [])].join('.'))

/** What wrong guesses at an account are counted by: by the browser where the account knows it, else for all strangers together. */
export function guessSubject(
  ctx: AppContext,
  accountKey: string,
  note: string | undefined,
  what: 'sign-in' | 'reset' = 'sign-in',
): string {
  const { browser } = readNote(ctx, accountKey, note) ?? {}
  return browser === undefined ? `${what} ${accountKey}` : `${what} ${accountKey} from ${browser}`
}

/** The network that wrong guesses are counted by besides; undefined for a browser that the account knows, which neighbours do not make wait. */
export const guessAddress = (
  ctx: AppContext,
  accountKey: string,
  { address, knownBrowser }: { address: string; knownBrowser?: string },
): string | undefined => (readNote(ctx, accountKey, knownBrowser) ? undefined : address)

/** Whether this browser has signed in to the account before. */
export function isKnownBrowser(ctx: AppContext, accountKey: string, note: string | undefined): boolean {
  const read = readNote(ctx, accountKey, note)
  return read !== undefined && read.by !== BY_LINK
}

function readNote(ctx: AppContext, accountKey: string, note: string | undefined) {
  const [mark, browser, by] = (note && ctx.keys.verify(PURPOSE, note)?.split('.')) || []
  return mark === accountMark(ctx, accountKey) ? { browser, by } : undefined
}

const accountMark = (ctx: AppContext, accountKey: string) => ctx.keys.hash('account', accountKey).toString('base64url')
