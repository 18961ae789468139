import { Card } from '#views/parts/card.tsx'
import { CheckboxField } from '#views/parts/checkbox-field.tsx'
import { Field } from '#views/parts/field.tsx'
import { FieldGroup } from '#views/parts/field-group.tsx'
import { CLUBS, ERRORS, ROLES } from './samples.ts'

/** A card of fields: each type, with hint, with error, disabled. */
export function FieldSamples() {
  return (
    <Card id="team" title="Team and captain" lead="Everything can be changed until you send it.">
      <form class="form-stack" method="post" action="/dev/form">
        <FieldGroup legend="Team" hint="As it should stand in the fixtures.">
          <Field name="teamName" label="Team name" required maxLength={80} value="Lions" />
          <Field
            name="clubName"
            label="Church"
            required
            suggestions={CLUBS}
            hint="2 places left"
            autocomplete="organization"
          />
        </FieldGroup>
        <FieldGroup legend="Captain" id="captains">
          <Field name="captain.name" label="Full name" required autocomplete="name" value="Arun Kumar" />
          <Field
            name="captain.phone"
            label="Phone"
            type="tel"
            inputMode="tel"
            autocomplete="tel"
            value="12345"
            hint="Ten digits, as you dial it"
            error={ERRORS[0]!.message}
          />
          <Field name="captain.email" label="E-mail" type="email" autocomplete="email" required spellcheck={false} />
          <Field name="captain.whatsapp" label="WhatsApp" type="tel" inputMode="tel" optional />
        </FieldGroup>
        <FieldGroup legend="Player 3" id="players">
          <Field
            name="players[2].role"
            label="Role"
            type="select"
            options={ROLES}
            emptyLabel="Choose a role"
            error={ERRORS[1]!.message}
          />
          <Field name="players[2].dateOfBirth" label="Date of birth" type="date" optional />
          <Field name="players[2].jerseyNumber" label="Jersey number" type="number" min={0} max={999} optional />
          <Field name="players[2].id" label="Player id" value="ICCT-001-P03" disabled />
        </FieldGroup>
        <Field name="note" label="Anything else" type="textarea" maxLength={500} optional />
        <Field name="q" label="Search" type="search" isLabelHidden placeholder="Search teams" />
        <div id="check">
          <CheckboxField name="consent" label="Everybody in the squad knows that their data is sent." required />
          <CheckboxField
            name="consent2"
            label="We have read the rules."
            error="Please read the rules first."
            hint="Ten minutes."
          />
        </div>
      </form>
    </Card>
  )
}
