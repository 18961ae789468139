import { m } from '#messages'
import { Card } from '#views/parts/card.tsx'
import { Field } from '#views/parts/field.tsx'
import type { FormProps } from './form.tsx'
import { FormFile } from './form-file.tsx'
import { checkedWhenLeft, errorOf } from './section.ts'

/** The team's own documents, and the reference of its payment. */
export function DocumentsSection(props: FormProps) {
  const { base, form, errors } = props
  const documents = props.documents.filter((document) => document.subject === 'team')
  return (
    <Card
      id="section-documents"
      title={m.form_documents()}
      lead={m.form_documents_lead()}
      attributes={checkedWhenLeft(base, 'documents')}
    >
      <div class="field-grid">
        {documents.map((document) => (
          <FormFile key={document.kind} {...props} document={document} />
        ))}
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
      </div>
    </Card>
  )
}
