import { m } from '#messages'
import type { Life, TypedKey } from '#src/auth/keys/model.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { Permission } from '#src/permissions.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { CheckboxField } from '#views/parts/checkbox-field.tsx'
import { ErrorSummary, type SummaryError } from '#views/parts/error-summary.tsx'
import { Field } from '#views/parts/field.tsx'
import { FieldError } from '#views/parts/field-frame.tsx'
import { FieldGroup } from '#views/parts/field-group.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { errorAt } from '../error-at.ts'
import { lifeWords, scopeWords } from './words.ts'

export type KeyFormProps = {
  frame: StaffFrame
  /** The key's own, so that a form that is sent twice makes one. */
  id: string
  typed: TypedKey
  errors: SummaryError[]
  /** What may be given. */
  scopes: readonly Permission[]
  scopePrefix: string
  lives: readonly Life[]
  tournamentName: string
  mayReachAll: boolean
}

/** A key to be made: for what, how far, how long. */
export function KeyFormPage(props: KeyFormProps) {
  const { frame, typed, errors, scopes, scopePrefix, tournamentName } = props
  const scopesError = errorAt(errors, 'scopes')
  return (
    <StaffPage title={m.keys_make()} section="keys" {...frame}>
      <Heading eyebrow={m.keys_title()} title={m.keys_make()} lead={m.keys_make_lead()} />
      <ErrorSummary errors={errors} />
      <Card>
        <form class="form-stack" method="post" action="/admin/keys" noValidate>
          <input type="hidden" name="csrf" value={frame.csrf} />
          <input type="hidden" name="id" value={props.id} />
          <Field
            name="name"
            label={m.keys_name()}
            hint={m.keys_name_hint()}
            value={typed.name}
            maxLength={80}
            error={errorAt(errors, 'name')}
            autocomplete="off"
            required
          />
          <FieldGroup legend={m.keys_scopes()} hint={m.keys_scopes_hint()} id="scopes">
            {scopes.map((scope) => (
              <CheckboxField
                key={scope}
                name={scopePrefix + scope}
                label={scopeWords(scope)}
                isChecked={typed.scopes.includes(scope)}
              />
            ))}
          </FieldGroup>
          {scopesError && <FieldError id="scopes-error" message={scopesError} />}
          {props.mayReachAll ? (
            <Field
              name="reach"
              label={m.keys_reach()}
              type="select"
              value={typed.reach}
              options={[
                { value: 'tournament', label: tournamentName },
                { value: 'all', label: m.keys_reach_all() },
              ]}
              error={errorAt(errors, 'reach')}
            />
          ) : (
            <input type="hidden" name="reach" value="tournament" />
          )}
          <Field
            name="life"
            label={m.keys_life()}
            type="select"
            value={typed.life}
            options={props.lives.map((life) => ({ value: life, label: lifeWords(life) }))}
            error={errorAt(errors, 'life')}
          />
          <div class="button-row">
            <Button type="submit" kind="primary" busyLabel={m.keys_making()}>
              {m.keys_make()}
            </Button>
            <LinkButton href="/admin/keys">{m.keys_back()}</LinkButton>
          </div>
        </form>
      </Card>
    </StaffPage>
  )
}
