import { m } from '#messages'
import type { SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { errorAt } from './error-at.ts'

/** Takes a code of the authenticator app; where `isSetUp`, a recovery code as well. */
export function CodeField({ errors, isSetUp = true }: { errors: readonly SummaryError[]; isSetUp?: boolean }) {
  return (
    <Field
      name="code"
      label={isSetUp ? m.factor_code() : m.factor_first_code()}
      hint={isSetUp ? m.factor_code_hint() : m.factor_first_code_hint()}
      autocomplete="one-time-code"
      inputMode={isSetUp ? 'text' : 'numeric'}
      autocapitalize="characters"
      spellcheck={false}
      error={errorAt(errors, 'code')}
      required
    />
  )
}
