import { m } from '#messages'
import { fieldId } from './field-id.ts'
import { Icon } from './icon.tsx'

export type SummaryError = { field: string; message: string }

export type ErrorSummaryProps = {
  /** All that is wrong, at once; `field` as the form names it. An empty list renders nothing. */
  errors: SummaryError[]
  /** Replaces the sentence above the list. */
  title?: string
  /** Other than `error-summary` where a page holds two forms. */
  id?: string
}

/** The page arrives with the focus on what is wrong: by this attribute, and after a swap by `error-summary.ts`. */
const FOCUSED_ON_ARRIVAL = { autofocus: true }

/** Every wrong field, each a link to its control. */
export function ErrorSummary({ errors, title, id = 'error-summary' }: ErrorSummaryProps) {
  if (errors.length === 0) return null
  return (
    <div
      class="notice notice-error"
      role="alert"
      id={id}
      tabIndex={-1}
      data-error-summary
      aria-labelledby={`${id}-title`}
      {...FOCUSED_ON_ARRIVAL}
    >
      <Icon name="alert" />
      <div class="notice-text">
        <h2 id={`${id}-title`}>{title ?? m.parts_errors_title({ count: errors.length })}</h2>
        <ul class="error-list">
          {errors.map((error) => (
            <li key={`${error.field} ${error.message}`}>
              <a href={`#${fieldId(error.field)}`}>{error.message}</a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
