import { m } from '#messages'
import { Card } from '#views/parts/card.tsx'
import { Field } from '#views/parts/field.tsx'
import type { FormProps } from './form.tsx'
import { checkedWhenLeft, errorOf } from './section.ts'

type Props = FormProps & { whose: 'captain' | 'viceCaptain'; title: string; lead: string }

export function ContactSection({ base, form, errors, whose, title, lead }: Props) {
  const contact = form[whose]
  const field = (name: keyof typeof contact) => ({
    name: `${whose}.${name}`,
    value: contact[name],
    error: errorOf(errors, `${whose}.${name}`),
  })
  // A phone fills in its owner, who is the captain; the other's details are never its own.
  const autocomplete = (token: string) => (whose === 'captain' ? token : 'off')
  return (
    <Card id={`section-${whose}`} title={title} lead={lead} attributes={checkedWhenLeft(base, whose)}>
      <div class="field-grid">
        <Field
          {...field('name')}
          label={m.form_name()}
          required
          maxLength={80}
          autocomplete={autocomplete('name')}
          autocapitalize="words"
        />
        <Field
          {...field('email')}
          label={m.form_email()}
          type="email"
          required
          maxLength={254}
          autocomplete={autocomplete('email')}
        />
        <Field
          {...field('phone')}
          label={m.form_phone()}
          type="tel"
          required
          maxLength={32}
          autocomplete={autocomplete('tel')}
        />
        <Field
          {...field('whatsapp')}
          label={m.form_whatsapp()}
          hint={m.form_whatsapp_hint()}
          type="tel"
          optional
          maxLength={32}
          autocomplete="off"
        />
      </div>
    </Card>
  )
}
