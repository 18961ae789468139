import { m } from '#messages'
import type { Person } from '#src/erasure/model.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { CheckboxField } from '#views/parts/checkbox-field.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Field } from '#views/parts/field.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { PlaceWords } from './place.tsx'

export type ErasureSearchProps = {
  frame: StaffFrame
  typed: string
  /** Undefined before a search. */
  places?: readonly Person[]
  /** Only the first of them are shown. */
  hasMore?: boolean
  /** Refs of places that are surely the person's. */
  ticked: ReadonlySet<string>
  others: readonly Person[]
  /** What was just erased. */
  done?: string
}

/** Who is to be erased: a search, and every place where they stand, to be ticked. */
export function ErasureSearch({ frame, typed, places, hasMore, ticked, others, done }: ErasureSearchProps) {
  const flash = done === undefined ? undefined : ({ kind: 'success', text: done } as const)
  return (
    <StaffPage title={m.erasure_title()} flash={flash} {...frame}>
      <Heading title={m.erasure_title()} lead={m.erasure_lead()} />
      <Card>
        <form class="form-stack" method="post" action="/admin/erasure/search">
          <input type="hidden" name="csrf" value={frame.csrf} />
          <Field name="q" label={m.erasure_search()} hint={m.erasure_search_hint()} value={typed} autocomplete="off" />
          <div class="button-row">
            <Button type="submit" kind="primary" icon="search">
              {m.erasure_find()}
            </Button>
          </div>
        </form>
      </Card>
      {hasMore && <p class="field-hint">{m.erasure_more()}</p>}
      {places?.length === 0 && <EmptyState title={m.erasure_none()} text={m.erasure_none_hint()} icon="search" />}
      {places !== undefined && places.length > 0 && (
        <Card id="places" title={m.erasure_places()} lead={m.erasure_places_lead()}>
          <form class="form-stack" method="get" action="/admin/erasure/confirmation">
            <Places people={places} ticked={ticked} />
            {others.length > 0 && (
              <>
                <h3 class="card-subheading">{m.erasure_namesakes()}</h3>
                <Places people={others} ticked={ticked} />
              </>
            )}
            <CheckboxField name="teamDocuments" label={m.erasure_team_documents()} />
            <div class="button-row">
              <Button type="submit" kind="primary">
                {m.erasure_continue()}
              </Button>
            </div>
          </form>
        </Card>
      )}
    </StaffPage>
  )
}

function Places({ people, ticked }: { people: readonly Person[]; ticked: ReadonlySet<string> }) {
  return (
    <ul class="flex flex-col gap-3">
      {people.map((person) => (
        <li key={person.ref}>
          <label class="check">
            <input
              type="checkbox"
              class="checkbox control-check"
              name="person"
              value={person.ref}
              checked={ticked.has(person.ref)}
            />
            <span>
              <PlaceWords person={person} />
            </span>
          </label>
          {!ticked.has(person.ref) && (
            <a class="link inline-flex min-h-11 items-center" href={`/admin/erasure?of=${person.ref}`}>
              {m.erasure_everywhere({ name: person.name })}
            </a>
          )}
        </li>
      ))}
    </ul>
  )
}
