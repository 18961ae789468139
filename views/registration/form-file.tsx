import type { FieldError } from '#src/errors.ts'
import { FileField } from '#views/parts/file-field.tsx'
import type { AskedDocument, HeldFile } from './form.tsx'
import { errorOf } from './section.ts'

type Props = {
  base: string
  slot: string
  document: AskedDocument
  file: HeldFile | undefined
  errors: readonly FieldError[]
  maxFileBytes: number
  label?: string
}

/** One document's place in the form: sent as it is chosen where script runs, with the form where it does not. */
export function FormFile({ base, slot, document, file, errors, maxFileBytes, label }: Props) {
  return (
    <FileField
      name={slot}
      label={label ?? document.label}
      optional={!document.required}
      error={errorOf(errors, slot)}
      maxBytes={maxFileBytes}
      file={file}
      uploadUrl={`${base}/register/files`}
      removeAction={`${base}/register/files/removal`}
      removeAttributes={{
        'hx-post': `${base}/register/files/removal`,
        'hx-target': 'closest [data-file-field]',
        'hx-swap': 'outerHTML',
        'hx-encoding': 'application/x-www-form-urlencoded',
      }}
    />
  )
}
