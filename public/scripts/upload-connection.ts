/**
 * Finds out when the server can be reached again. A phone often says that it is online while nothing gets through, so something small is
 * asked for rather than a whole file sent in vain.
 */
const ASKED_FOR = '/healthz'
const ASK_FIRST_MS = 1000
const ASK_LONGEST_MS = 16_000
const ANSWERS_WITHIN_MS = 10_000
/** For about an hour; after that somebody has to come back to the page. */
const ASKS_MAX = 240

let asking: AbortController | undefined

export const isAsking = (): boolean => asking !== undefined

/** Asks until there is an answer, and then calls `onBack`; `onOver` when it has asked as often as it may. While it asks, once is enough. */
export async function awaitConnection(onBack: () => void, onOver: () => void): Promise<void> {
  if (asking) return
  const mine = new AbortController()
  asking = mine
  const { signal } = mine
  for (let asks = 0; asks < ASKS_MAX; asks += 1) {
    await pause(Math.min(ASK_FIRST_MS * 2 ** asks, ASK_LONGEST_MS), signal)
    if (signal.aborted) return
    const isThere = await answers(signal)
    if (signal.aborted) return
    if (!isThere) continue
    asking = undefined
    onBack()
    return
  }
  asking = undefined
  onOver()
}

/** For whoever knows better that it is worth a try. */
export function stopAsking(): void {
  asking?.abort()
  asking = undefined
}

/** A proxy whose server is away answers as well: with 502 to 504. */
async function answers(signal: AbortSignal): Promise<boolean> {
  try {
    const within = AbortSignal.timeout(ANSWERS_WITHIN_MS)
    const { status } = await fetch(ASKED_FOR, { cache: 'no-store', signal: AbortSignal.any([signal, within]) })
    return status < 500
  } catch {
    return false
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
