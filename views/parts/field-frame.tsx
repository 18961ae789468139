import type { ComponentChildren } from 'preact'
import { m } from '#messages'
import { Icon } from './icon.tsx'

/** The words around a control. */
export type FieldWords = {
  label: string
  /** Helps before anything is wrong. */
  hint?: string
  /** What is wrong, as a sentence. */
  error?: string
  required?: boolean
  /** Says so beside the label. */
  optional?: boolean
  /** Keeps the label for screen readers only: a search box that explains itself. */
  isLabelHidden?: boolean
}

/** Label above, control, hint, then the error; the control names hint and error by `describedBy`. */
export function FieldFrame({ id, children, ...words }: FieldWords & { id: string; children: ComponentChildren }) {
  return (
    <div class={words.error ? 'field field-wrong' : 'field'}>
      <label class={words.isLabelHidden ? 'sr-only' : 'field-label'} for={id}>
        {words.label}
        {words.optional && <span class="field-optional"> {m.parts_optional()}</span>}
      </label>
      {words.hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {words.hint}
        </p>
      )}
      {children}
      {words.error && <FieldError id={`${id}-error`} message={words.error} />}
    </div>
  )
}

export function FieldError({ id, message }: { id?: string; message: string }) {
  return (
    <p class="field-error" id={id}>
      <Icon name="alert" />
      <span>
        <span class="sr-only">{m.parts_error_prefix()} </span>
        {message}
      </span>
    </p>
  )
}

/** The value of a control's `aria-describedby`: its error first, then its hint. */
export function describedBy(id: string, { hint, error }: Pick<FieldWords, 'hint' | 'error'>): string | undefined {
  return [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ') || undefined
}
