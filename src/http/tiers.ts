import type { Config } from '#src/config.ts'
import type { Window } from '#src/lib/limiter.ts'

const MINUTE = 60
const HOUR = 3600

/** How often, by who asks: every route names one of these. Each number is a setting; PRODUCT.md says what each tier is for. */
const TIERS = {
  public: ({ rateLimitPublic }) => minute(rateLimitPublic),
  read: ({ rateLimitRead }) => minute(rateLimitRead),
  write: ({ rateLimitWrite, rateLimitRequests }, isKnown) => minute(isKnown ? rateLimitWrite : rateLimitRequests),
  download: ({ rateLimitDownload }) => ({ points: rateLimitDownload, seconds: HOUR }),
  metadata: ({ rateLimitMetadata }) => minute(rateLimitMetadata),
  search: ({ rateLimitSearch, rateLimitSearchStaff }, isKnown) =>
    minute(isKnown ? rateLimitSearchStaff : rateLimitSearch),
  admin: ({ rateLimitAdmin }) => minute(rateLimitAdmin),
  upload: ({ rateLimitUpload }) => minute(rateLimitUpload),
  /** Saving, validating and looking up within a form: by its draft, where the browser has one. */
  draft: ({ rateLimitDraft }) => minute(rateLimitDraft),
  /** Files, by draft or address. */
  file: ({ rateLimitFile }) => minute(rateLimitFile),
  /** Health probes and assets. */
  uncounted: () => undefined,
} as const satisfies Record<string, (config: Config, isKnown: boolean) => Window | undefined>
export type Tier = keyof typeof TIERS
export const TIER_NAMES = Object.keys(TIERS) as Tier[]

/** How often in this tier: `isKnown` for somebody signed in, or a key. */
export const windowOf = (config: Config, tier: Tier, isKnown: boolean): Window | undefined =>
  TIERS[tier](config, isKnown)

const minute = (points: number): Window => ({ points, seconds: MINUTE })
