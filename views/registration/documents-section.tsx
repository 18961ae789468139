import { m } from '#messages'
import { Card } from '#views/parts/card.tsx'
import { Field } from '#views/parts/field.tsx'
import type { FormProps } from './form.tsx'
import { FormFile } from './form-file.tsx'
import { checkedWhenLeft, errorOf } from './section.ts'

/** Documents asked of the team itself; those of players stand in their rows. */
export const teamDocuments = ({ documents }: FormProps) => documents.filter((document) => document.subject === 'team')

/** The team's own documents, and the reference of its payment; nothing where the tournament asks for neither. */
export function DocumentsSection(props: FormProps) {
  const { base, form, errors, hasFee } = props
  const documents = teamDocuments(props)
  const asksFiles = documents.length > 0
  if (!asksFiles && !hasFee) return null
  return (
    <Card
      id="section-documents"
      title={asksFiles ? m.form_documents() : m.form_payment()}
      lead={asksFiles ? m.form_documents_lead() : undefined}
      attributes={checkedWhenLeft(base, 'documents')}
    >
      <div class="field-grid">
        {documents.map((document) => (
          <FormFile key={document.kind} {...props} document={document} />
        ))}
        {hasFee && (
          <Field
            name="paymentReference"
            label={m.form_payment_reference()}
            hint={m.form_payment_reference_hint({ fee: props.feeText })}
            value={form.paymentReference}
            error={errorOf(errors, 'paymentReference')}
            optional
            maxLength={80}
            autocomplete="off"
          />
        )}
      </div>
    </Card>
  )
}
