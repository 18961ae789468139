import { FileField } from '#views/parts/file-field.tsx'
import type { AskedDocument, FormProps } from './form.tsx'
import { errorOf } from './section.ts'

type Props = FormProps & { document: AskedDocument; rowKey?: string }

/** One document's place in the form: sent as it is chosen where script runs, with the form where it does not. */
export function FormFile({ base, document, rowKey, files, errors, maxFileBytes, focus }: Props) {
  const slot = rowKey === undefined ? `team.${document.kind}` : `players.${rowKey}.${document.kind}`
  const isOfPlayer = rowKey !== undefined
  return (
    <FileField
      name={slot}
      label={document.label}
      // Players' rows stay short: what goes for all of their files is said above them.
      hint={isOfPlayer ? '' : undefined}
      optional={!isOfPlayer && !document.required}
      error={errorOf(errors, slot)}
      maxBytes={maxFileBytes}
      file={files.get(slot)}
      isReplaceable
      takesFocus={focus === slot}
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
