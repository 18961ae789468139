import { describedBy, FieldFrame, type FieldWords } from './field-frame.tsx'
import { fieldId } from './field-id.ts'

export type Option = { value: string; label: string; disabled?: boolean }

type Shared = FieldWords & {
  /** As the body and its errors name it: `captain.phone`, `players[2].name`. */
  name: string
  value?: string | number
  autocomplete?: string
  disabled?: boolean
  readOnly?: boolean
  /** Further attributes of the control, `hx-…` or `data-…`. */
  attributes?: Record<string, string | boolean | undefined>
}

export type InputFieldProps = Shared & {
  type?: 'text' | 'tel' | 'email' | 'date' | 'time' | 'number' | 'password' | 'search' | 'url'
  inputMode?: 'text' | 'tel' | 'email' | 'numeric' | 'decimal' | 'search' | 'url'
  minLength?: number
  maxLength?: number
  min?: number | string
  max?: number | string
  pattern?: string
  placeholder?: string
  spellcheck?: boolean
  autocapitalize?: 'none' | 'words' | 'sentences' | 'characters'
  /** Known answers to choose from while typing; any other may be typed. */
  suggestions?: string[]
}
export type SelectFieldProps = Shared & { type: 'select'; options: Option[]; emptyLabel?: string }
export type TextareaFieldProps = Shared & { type: 'textarea'; rows?: number; maxLength?: number; placeholder?: string }
export type FieldProps = InputFieldProps | SelectFieldProps | TextareaFieldProps

/** A control with its label, its hint and what is wrong with it. */
export function Field(props: FieldProps) {
  return (
    <FieldFrame id={fieldId(props.name)} {...props}>
      <Control {...props} />
    </FieldFrame>
  )
}

function Control(props: FieldProps) {
  const shared = controlAttributes(props)
  if (props.type === 'select') return <Select {...props} shared={shared} />
  if (props.type === 'textarea') {
    return (
      <textarea
        {...shared}
        class="textarea control"
        rows={props.rows ?? 4}
        maxLength={props.maxLength}
        placeholder={props.placeholder}
      >
        {props.value}
      </textarea>
    )
  }
  const { suggestions } = props
  const listId = suggestions && `${fieldId(props.name)}-suggestions`
  return (
    <>
      <input {...shared} {...inputAttributes(props)} class="input control" list={listId} />
      {suggestions && (
        <datalist id={listId}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </>
  )
}

function Select({
  options,
  value,
  emptyLabel,
  shared,
}: SelectFieldProps & { shared: ReturnType<typeof controlAttributes> }) {
  return (
    <select {...shared} class="select control">
      {emptyLabel !== undefined && <option value="">{emptyLabel}</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled} selected={option.value === value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}

function controlAttributes(props: FieldProps) {
  const id = fieldId(props.name)
  return {
    id,
    name: props.name,
    required: props.required,
    disabled: props.disabled,
    readOnly: props.readOnly,
    autocomplete: props.autocomplete,
    'aria-invalid': props.error ? ('true' as const) : undefined,
    'aria-describedby': describedBy(id, props),
    ...props.attributes,
  }
}

/** Loosely typed: preact ties what an input may carry to its one literal type. */
function inputAttributes(props: InputFieldProps): Record<string, unknown> {
  const {
    type = 'text',
    value,
    inputMode,
    minLength,
    maxLength,
    min,
    max,
    pattern,
    placeholder,
    spellcheck,
    autocapitalize,
  } = props
  return { type, value, inputMode, minLength, maxLength, min, max, pattern, placeholder, spellcheck, autocapitalize }
}
