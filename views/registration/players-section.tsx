import { m } from '#messages'
import type { DraftRow } from '#src/registration/form/draft-form.ts'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Field } from '#views/parts/field.tsx'
import { FieldError } from '#views/parts/field-frame.tsx'
import { formatBytes } from '#views/parts/file-field.tsx'
import type { FormProps } from './form.tsx'
import { FormFile } from './form-file.tsx'
import { checkedWhenLeft, errorOf, FOCUSED } from './section.ts'

/** The squad: one row a player, as many as the tournament allows. */
export function PlayersSection(props: FormProps) {
  const { base, form, errors, squad } = props
  const wrong = errorOf(errors, 'players')
  return (
    <Card id="players" title={m.form_players()} lead={leadOf(props)} attributes={{ tabIndex: '-1' }}>
      {wrong && <FieldError id="players-error" message={wrong} />}
      <ol class="squad-rows">
        {form.rows.map((row, index) => (
          <li key={row.key} id={`row-${row.key}`}>
            <PlayerRow {...props} row={row} number={index + 1} />
          </li>
        ))}
      </ol>
      {form.rows.length < squad.max ? (
        <Button
          type="submit"
          kind="secondary"
          icon="plus"
          isBlock
          formaction={`${base}/register/players`}
          formnovalidate
          attributes={changesRows(`${base}/register/players`)}
        >
          {m.form_player_add()}
        </Button>
      ) : (
        <p class="field-hint">{m.form_players_full({ max: squad.max })}</p>
      )}
    </Card>
  )
}

function leadOf({ squad, documents, maxFileBytes }: FormProps): string {
  const asked = documents.filter((document) => document.subject === 'player')
  const lead = m.form_players_lead({ min: squad.min, max: squad.max })
  if (asked.length === 0) return lead
  const size = formatBytes(maxFileBytes)
  return `${lead} ${asked.some((document) => document.required) ? m.form_players_documents({ size }) : m.form_players_documents_optional({ size })}`
}

export function PlayerRow(props: FormProps & { row: DraftRow; number: number }) {
  const { base, row, number, errors, roles, asks, focus } = props
  const field = (name: 'name' | 'role' | 'jerseyNumber' | 'dateOfBirth') => ({
    name: `players.${row.key}.${name}`,
    value: row[name],
    error: errorOf(errors, `players.${row.key}.${name}`),
    attributes: focus === `players.${row.key}.${name}` ? FOCUSED : {},
  })
  const documents = props.documents.filter((document) => document.subject === 'player')
  return (
    <fieldset id={`section-players-${row.key}`} class="player-row" {...checkedWhenLeft(base, `players.${row.key}`)}>
      <legend class="player-number">{m.form_player({ number })}</legend>
      <input type="hidden" name="row" value={row.key} />
      <div class="player-fields">
        <Field
          {...field('name')}
          label={m.form_name()}
          required
          maxLength={80}
          autocomplete="off"
          autocapitalize="words"
        />
        <Field
          {...field('role')}
          label={m.form_role()}
          type="select"
          optional
          emptyLabel={m.form_role_none()}
          options={roles.map((role) => ({ value: role, label: role }))}
        />
        {asks.jerseyNumber && (
          <Field {...field('jerseyNumber')} label={m.form_jersey()} inputMode="numeric" maxLength={3} required />
        )}
        {asks.dateOfBirth && <Field {...field('dateOfBirth')} label={m.form_birth_date()} type="date" required />}
      </div>
      {documents.length > 0 && (
        <div class="player-files">
          {documents.map((document) => (
            <FormFile key={document.kind} {...props} document={document} rowKey={row.key} />
          ))}
        </div>
      )}
      <div class="player-removal">
        <Button
          type="submit"
          kind="quiet"
          name="row-removed"
          value={row.key}
          formaction={`${base}/register/players/removal`}
          formnovalidate
          attributes={changesRows(`${base}/register/players/removal`)}
        >
          {m.form_player_remove()} <span class="sr-only">{m.form_player({ number })}</span>
        </Button>
      </div>
    </fieldset>
  )
}

const changesRows = (address: string) => ({
  'hx-post': address,
  'hx-target': '#players',
  'hx-swap': 'outerMorph',
  'hx-encoding': 'application/x-www-form-urlencoded',
  'hx-sync': '#players:drop',
})
