import type { Window } from '#src/lib/limiter.ts'

/** How often: every route names one of these. Windows are a minute but for downloads; PRODUCT.md says what each is for. */
export const TIERS = {
  public: { points: 100, seconds: 60 },
  read: { points: 60, seconds: 60 },
  write: { points: 60, seconds: 60 },
  download: { points: 20, seconds: 3600 },
  metadata: { points: 30, seconds: 60 },
  search: { points: 20, seconds: 60 },
  admin: { points: 1000, seconds: 60 },
  upload: { points: 5, seconds: 60 },
  /** Saving, validating and looking up within a form: by its draft, where the browser has one. */
  draft: { points: 300, seconds: 60 },
  /** Files, by draft or address. */
  file: { points: 120, seconds: 60 },
  /** Health probes and assets. */
  uncounted: undefined,
} as const satisfies Record<string, Window | undefined>
export type Tier = keyof typeof TIERS
