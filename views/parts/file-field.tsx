import { m } from '#messages'
import { Button } from './button.tsx'
import { describedBy, FieldError } from './field-frame.tsx'
import { fieldId } from './field-id.ts'
import { Icon } from './icon.tsx'

const BYTES_PER_MB = 1_048_576
const BYTES_PER_KB = 1024

export type FileFieldFile = {
  name: string
  bytes: number
  /** A page or a short-lived address that shows it. */
  href?: string
}

export type FileFieldProps = {
  /** The slot's name, also the input's. */
  name: string
  label: string
  hint?: string
  error?: string
  required?: boolean
  optional?: boolean
  /** As the `accept` attribute; the server looks at the bytes anyway. */
  accept?: string
  maxBytes?: number
  /** What is held already. */
  file?: FileFieldFile
  /** Where `upload.ts` sends a file as it is chosen: multipart `draft`, `slot`, `file`; the answer is this part again. */
  uploadUrl?: string
  /** Where the remove button sends its form (`slot` = name); without it there is no such button. */
  removeAction?: string
  /** Further attributes of the remove button, `hx-…`. */
  removeAttributes?: Record<string, string | undefined>
  /** Offers another file in its place, which stays until the other has arrived. */
  isReplaceable?: boolean
  /** Arrives with a swap, and is where one goes on. */
  takesFocus?: boolean
  lang?: string
}

const ACCEPTED = '.pdf,.png,.jpg,.jpeg,.webp,.heic,application/pdf,image/png,image/jpeg,image/webp,image/heic'

/** A document asked for: what is held already, or the place to choose it, with room for the progress of its upload. */
export function FileField(props: FileFieldProps) {
  const { name, label, error, file } = props
  const id = fieldId(name)
  const hint =
    props.hint ?? (props.maxBytes ? m.parts_file_limit({ size: formatBytes(props.maxBytes, props.lang) }) : undefined)
  const title = (
    <>
      {label}
      {props.optional && <span class="field-optional"> {m.parts_optional()}</span>}
    </>
  )
  return (
    <div class={error ? 'field file-field field-wrong' : 'field file-field'} data-file-field id={`${id}-field`}>
      {file ? (
        <p class="field-label">{title}</p>
      ) : (
        <label class="field-label" for={id}>
          {title}
        </label>
      )}
      {!file && hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {file ? (
        <HeldFile {...props} file={file} />
      ) : (
        <div class="file-choice">
          <FileInput {...props} id={id} hint={hint} />
          {props.uploadUrl && (
            <button
              type="button"
              class="btn button-secondary camera"
              data-camera
              aria-label={`${m.parts_file_camera()}: ${label}`}
            >
              <Icon name="camera" />
            </button>
          )}
        </div>
      )}
      {/* What is on its way stays while the section around it changes. */}
      <div data-upload-slot hx-morph-skip-children />
      {error && <FieldError id={`${id}-error`} message={error} />}
    </div>
  )
}

function FileInput({ id, hint, name, label, error, file, ...props }: FileFieldProps & { id: string }) {
  return (
    <input
      type="file"
      class={file ? 'replacing-input' : 'file-input control'}
      id={id}
      name={name}
      accept={props.accept ?? ACCEPTED}
      required={props.required && !file}
      aria-invalid={error ? 'true' : undefined}
      aria-describedby={describedBy(fieldId(name), { hint, error })}
      data-upload-url={props.uploadUrl}
      data-upload-field={props.uploadUrl && name}
      data-upload-label={props.uploadUrl && label}
      data-max-bytes={props.uploadUrl && props.maxBytes}
      {...(props.takesFocus && { autofocus: true })}
    />
  )
}

function HeldFile(props: FileFieldProps & { file: FileFieldFile }) {
  const { name, label, file, removeAction, removeAttributes, isReplaceable, lang } = props
  const id = fieldId(name)
  return (
    <div class="held-file" id={id} tabIndex={-1}>
      <span class="held-file-icon">
        <Icon name="check" />
      </span>
      <p class="held-file-words">
        {file.href ? (
          <a class="held-file-name" href={file.href} dir="auto">
            {file.name}
          </a>
        ) : (
          <span class="held-file-name" dir="auto">
            {file.name}
          </span>
        )}
        <span class="held-file-size">{formatBytes(file.bytes, lang)}</span>
      </p>
      <div class="held-file-actions">
        {isReplaceable && (
          <span class="replacing">
            <label class="btn button-quiet" for={`${id}-new`}>
              {m.parts_file_replace()} <span class="sr-only">{label}</span>
            </label>
            <FileInput {...props} id={`${id}-new`} hint={undefined} takesFocus={false} />
          </span>
        )}
        {removeAction && (
          <Button
            type="submit"
            kind="quiet"
            name="slot"
            value={name}
            formaction={removeAction}
            formnovalidate
            attributes={removeAttributes}
          >
            {m.parts_file_remove()} <span class="sr-only">{label}</span>
          </Button>
        )}
      </div>
    </div>
  )
}

/** 1 MB is 1,048,576 bytes, as in every limit. */
export function formatBytes(bytes: number, lang = 'en'): string {
  const inUnit = (unit: 'megabyte' | 'kilobyte' | 'byte', value: number) =>
    new Intl.NumberFormat(lang, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: unit === 'megabyte' ? 1 : 0,
    }).format(value)
  if (bytes >= BYTES_PER_MB) return inUnit('megabyte', bytes / BYTES_PER_MB)
  if (bytes >= BYTES_PER_KB) return inUnit('kilobyte', bytes / BYTES_PER_KB)
  return inUnit('byte', bytes)
}
