import type { SummaryError } from '#views/parts/error-summary.tsx'

/** The sentence beside one field. */
export const errorAt = (errors: readonly SummaryError[], field: string) =>
  errors.find((error) => error.field === field)?.message
