import { m } from '#messages'
import type { SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { errorAt } from './error-at.ts'

/** Takes a code of the authenticator app; once that `isSetUp`, a recovery code as well; without an app a recovery code alone. */
export function CodeField({
  errors,
  isSetUp = true,
  hasApp = true,
}: {
  errors: readonly SummaryError[]
  isSetUp?: boolean
  hasApp?: boolean
}) {
  return (
    <Field
      name="code"
      label={isSetUp ? m.factor_code() : m.factor_first_code()}
      hint={!isSetUp ? m.factor_first_code_hint() : hasApp ? m.factor_code_hint() : m.factor_recovery_code_hint()}
      autocomplete="one-time-code"
      inputMode={isSetUp ? 'text' : 'numeric'}
      autocapitalize="characters"
      spellcheck={false}
      error={errorAt(errors, 'code')}
      required
    />
  )
}
