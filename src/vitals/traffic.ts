const BUCKET_MS = 15_000
const BUCKETS = 20
/** The share of answers of 5xx that is too many. */
export const ERROR_SHARE_MAX = 0.01
/** Fewer answers say nothing about a share. */
export const ANSWERS_MIN = 100
/** Over how long a time answers count. */
export const TRAFFIC_WINDOW_MS = BUCKET_MS * BUCKETS

export type Recent = { answers: number; errors: number }
export type Traffic = { count(isError: boolean): void; recent(): Recent }

/** Answers of the last five minutes, in steps of a quarter minute. */
export function traffic(now: () => Date): Traffic {
  const buckets = Array.from({ length: BUCKETS }, () => ({ step: -1, answers: 0, errors: 0 }))
  const stepNow = () => Math.floor(now().getTime() / BUCKET_MS)
  return {
    count(isError) {
      const step = stepNow()
      const bucket = buckets[step % BUCKETS]!
      if (bucket.step !== step) Object.assign(bucket, { step, answers: 0, errors: 0 })
      bucket.answers += 1
      if (isError) bucket.errors += 1
    },
    recent() {
      const step = stepNow()
      const recent = { answers: 0, errors: 0 }
      for (const bucket of buckets)
        if (bucket.step <= step && bucket.step > step - BUCKETS) {
          recent.answers += bucket.answers
          recent.errors += bucket.errors
        }
      return recent
    },
  }
}

export const isFailing = ({ answers, errors }: Recent): boolean =>
  answers >= ANSWERS_MIN && errors > answers * ERROR_SHARE_MAX
