import { describedBy, FieldError } from './field-frame.tsx'
import { fieldId } from './field-id.ts'

export type CheckboxFieldProps = {
  name: string
  label: string
  /** What is sent when it is ticked. */
  value?: string
  isChecked?: boolean
  hint?: string
  error?: string
  required?: boolean
  attributes?: Record<string, string | boolean | undefined>
}

/** One yes-or-no, the whole line a target. */
export function CheckboxField({
  name,
  label,
  value = 'on',
  isChecked,
  hint,
  error,
  required,
  attributes,
}: CheckboxFieldProps) {
  const id = fieldId(name)
  return (
    <div class={error ? 'field field-wrong' : 'field'}>
      <label class="check" for={id}>
        <input
          type="checkbox"
          class="checkbox control-check"
          id={id}
          name={name}
          value={value}
          checked={isChecked}
          required={required}
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={describedBy(id, { hint, error })}
          {...attributes}
        />
        <span>{label}</span>
      </label>
      {hint && (
        <p class="field-hint check-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && <FieldError id={`${id}-error`} message={error} />}
    </div>
  )
}
