import { m } from '#messages'
import type { Person } from '#src/erasure/model.ts'
import type { Erased, GoingDocument } from '#src/erasure/service.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { PlaceWords } from './place.tsx'

export type ErasureConfirmationProps = {
  frame: StaffFrame
  people: readonly Person[]
  counts: Erased
  documents: readonly GoingDocument[]
  hasTeamDocuments: boolean
  errors: readonly SummaryError[]
}

/** The last look before a person is erased: who, where, how much; and a word to type. */
export function ErasureConfirmation(props: ErasureConfirmationProps) {
  const { frame, people, counts, documents, hasTeamDocuments, errors } = props
  const names = [...new Set(people.map(({ name }) => name))].join(', ')
  const word = m.erasure_word()
  return (
    <StaffPage title={m.erasure_confirm_title({ names })} {...frame}>
      <Heading title={m.erasure_confirm_title({ names })} lead={m.erasure_confirm_lead()} />
      <ErrorSummary errors={[...errors]} />
      <Card id="people" title={m.erasure_people()}>
        <ul class="flex flex-col gap-3">
          {people.map((person) => (
            <li key={person.ref}>
              <PlaceWords person={person} />
            </li>
          ))}
        </ul>
      </Card>
      {documents.length > 0 && (
        <Card id="documents" title={m.erasure_documents_going()}>
          <ul class="flex flex-col gap-3">
            {documents.map((document) => (
              <li key={document.id}>
                <DocumentWords {...document} />
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Card id="counts" title={m.erasure_counts()}>
        <DescriptionList
          items={[
            { term: m.erasure_documents(), value: counts.documents },
            { term: m.erasure_mails(), value: counts.mails },
            { term: m.erasure_drafts(), value: counts.drafts },
            { term: m.erasure_answers(), value: counts.answers },
            { term: m.erasure_links(), value: counts.links },
            { term: m.erasure_teams(), value: counts.teams },
          ]}
        />
        <form class="form-stack" method="post" action="/admin/erasure" noValidate>
          <input type="hidden" name="csrf" value={frame.csrf} />
          <input type="hidden" name="people" value={people.map(({ ref }) => ref).join(' ')} />
          {hasTeamDocuments && <input type="hidden" name="teamDocuments" value="on" />}
          <Field
            name="word"
            label={m.erasure_word_label({ word })}
            error={errors.find((error) => error.field === 'word')?.message}
            required
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
          />
          <div class="button-row">
            <Button type="submit" kind="danger" busyLabel={m.erasure_doing()}>
              {m.erasure_do()}
            </Button>
            <LinkButton kind="secondary" href="/admin/erasure">
              {m.erasure_back()}
            </LinkButton>
          </div>
        </form>
      </Card>
    </StaffPage>
  )
}

function DocumentWords({ label, fileName, whose, href }: GoingDocument) {
  return (
    <>
      <strong>{[label, whose].filter(Boolean).join(': ')}</strong>
      <br />
      {href === undefined ? (
        <span class="break-words">{fileName}</span>
      ) : (
        <a class="link inline-flex min-h-11 items-center break-all" href={href} target="_blank" rel="noopener">
          {m.review_open_document({ name: fileName || label })}
        </a>
      )}
    </>
  )
}
