import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

export type Window = { points: number; seconds: number }
export type Verdict = {
  allowed: boolean
  limit: number
  remaining: number
  resetSeconds: number
  windowSeconds: number
}
export type Limiter = { take(name: string, window: Window, key: string, points?: number): Promise<Verdict> }

/** Counts requests in fixed windows, in this process's memory; entries go when their window ends. */
export function memoryLimiter(): Limiter {
  const limiters = new Map<string, RateLimiterMemory>()
  return {
    async take(name, window, key, points = 1) {
      const limiter = limiters.get(name) ?? new RateLimiterMemory({ points: window.points, duration: window.seconds })
      limiters.set(name, limiter)
      try {
        return verdict(await limiter.consume(key, points), window, true)
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return verdict(refusal, window, false)
        throw refusal
      }
    },
  }
}

const verdict = (result: RateLimiterRes, window: Window, allowed: boolean): Verdict => ({
  allowed,
  limit: window.points,
  remaining: Math.max(0, result.remainingPoints),
  resetSeconds: Math.ceil(result.msBeforeNext / 1000),
  windowSeconds: window.seconds,
})
