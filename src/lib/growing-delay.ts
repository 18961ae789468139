import { memoryFailures } from './failures.ts'

export type GuessLimits = {
  /** From this failure on each makes the next guess wait: `firstDelaySeconds`, doubling. */
  subjectFrom: number
  subjectDelayMaxSeconds: number
  addressFrom: number
  addressDelayMaxSeconds: number
  firstDelaySeconds: number
  forgottenAfterSeconds: number
}

export type Guessed<Right> =
  | { outcome: 'right'; right: Right }
  | { outcome: 'wrong' }
  | { outcome: 'wait'; seconds: number }

/** Of whom or what a failure is counted, and how its delay grows. */
export type Failing = { key: string; from: number; delayMaxMs: number }

/** How often was guessed wrong, in this process or for all of them. Every method is one step: many guesses at once do not overtake it. */
export type FailureStore = {
  /**
   * Counts a failure of each, as the guess `id`, unless one of them has to wait: then of none. Returns the milliseconds to wait, 0 when
   * it was counted, and those that the next guess will have to wait once these failures stay.
   */
  count(id: string, failing: readonly Failing[], now: Date): Promise<{ waitMs: number; nextWaitMs: number }>
  /** The guess was no failure after all. */
  takeBack(id: string, keys: readonly string[]): Promise<void>
  forget(key: string): Promise<void>
}

/**
 * A wait that grows with wrong guesses (of passwords, second factors, PINs, links): by subject and by address, each doubling from its own
 * failure on up to its own maximum. Never a lock-out for good: it ends by itself, and all is forgotten after a day without a failure.
 */
export function growingDelay(now: () => Date, limits: GuessLimits, store: FailureStore = memoryFailures(limits)) {
  const ofSubject = (subject: string): Failing => ({
    key: `subject ${subject}`,
    from: limits.subjectFrom,
    delayMaxMs: limits.subjectDelayMaxSeconds * 1000,
  })
  const ofAddress = (address: string): Failing => ({
    key: `address ${address}`,
    from: limits.addressFrom,
    delayMaxMs: limits.addressDelayMaxSeconds * 1000,
  })

  return {
    /** How guesses are limited by subject, as RATE_LIMITED tells it. */
    usedUp: { name: 'guesses', limit: limits.subjectFrom, windowSeconds: limits.forgottenAfterSeconds },

    /**
     * Lets one guess be made, unless it has to wait (whole seconds). It counts as a failure from before it is checked, so that many sent
     * at once do not overtake the count; a right one is forgiven and its subject forgotten, one whose check fails to run is forgiven.
     * `check` gives what the right guess opens, or undefined. `address` is the client's network; without one only the subject is counted, for
     * guesses by a browser that the account knows: others behind the same address do not make it wait.
     */
    async guess<Right>(
      subject: string,
      address: string | undefined,
      check: () => Promise<Right | undefined>,
    ): Promise<Guessed<Right>> {
      const bySubject = ofSubject(subject)
      const byAddress = address === undefined ? [] : [ofAddress(address)]
      const addressKeys = byAddress.map(({ key }) => key)
      const id = Bun.randomUUIDv7()
      const { waitMs } = await store.count(id, [bySubject, ...byAddress], now())
      if (waitMs > 0) return { outcome: 'wait', seconds: Math.ceil(waitMs / 1000) }
      const right = await check().catch(async (error) => {
        await store.takeBack(id, [bySubject.key, ...addressKeys])
        throw error
      })
      if (right === undefined) return { outcome: 'wrong' }
      if (addressKeys.length > 0) await store.takeBack(id, addressKeys)
      await store.forget(bySubject.key)
      return { outcome: 'right', right }
    },

    /**
     * Counts a link that opens nothing against the address it came from. Returns the whole seconds that this address has to wait, 0 for
     * none. There is nothing to guess about one: no link that opens something is ever made to wait.
     */
    async countWrongLink(address: string): Promise<number> {
      const { waitMs, nextWaitMs } = await store.count(Bun.randomUUIDv7(), [ofAddress(address)], now())
      return Math.ceil((waitMs || nextWaitMs) / 1000)
    },
  }
}

export type GrowingDelay = ReturnType<typeof growingDelay>
