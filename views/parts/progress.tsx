import { fieldId } from './field-id.ts'

export type ProgressProps = {
  label: string
  value: number
  max: number
  /** The same in words, to the right: `7 of 11`. */
  note?: string
}

/** How far something has come. */
export function Progress({ label, value, max, note }: ProgressProps) {
  const id = `${fieldId(label)}-progress`
  return (
    <div class="progress-frame">
      <div class="progress-words">
        <label for={id}>{label}</label>
        {note && <span class="progress-note">{note}</span>}
      </div>
      <progress class="progress" id={id} value={value} max={max} />
    </div>
  )
}
