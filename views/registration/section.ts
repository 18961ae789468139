import type { FieldError } from '#src/errors.ts'

/** What is wrong with one field, all of it in one sentence after the other. */
export const errorOf = (errors: readonly FieldError[], field: string): string | undefined =>
  errors
    .filter((error) => error.field === field)
    .map((error) => error.message)
    .join(' ') || undefined

/** For whatever arrives with a swap and is where one goes on. */
export const FOCUSED = { autofocus: true } as const

/** A section is sent, with the whole form around it, when a person leaves it; the answer is the section again. */
export const checkedWhenLeft = (base: string, section: string): Record<string, string> => ({
  'data-section': section,
  'hx-post': `${base}/register/sections/${section}`,
  'hx-trigger': 'section:left',
  'hx-include': 'closest form',
  'hx-encoding': 'application/x-www-form-urlencoded',
  'hx-target': 'this',
  'hx-swap': 'outerMorph',
  'hx-sync': 'this:replace',
})
