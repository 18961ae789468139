import { m } from '#messages'
import { type Step, Stepper } from '#views/parts/stepper.tsx'
import type { FormProps } from './form.tsx'

/** How far the form has come: each section filled in, wrong, or still to do. */
export function FormProgress(props: FormProps & { isSwappedIn?: boolean }) {
  return (
    <div id="form-progress" hx-swap-oob={props.isSwappedIn ? 'true' : undefined}>
      <Stepper steps={stepsOf(props)} label={m.form_progress()} />
    </div>
  )
}

function stepsOf({ form, files, errors, squad, documents }: FormProps): Step[] {
  const filled = (...values: string[]) => values.every((value) => value.trim() !== '')
  const contact = ({ name, phone, email }: { name: string; phone: string; email: string }) => filled(name, phone, email)
  const sections: [label: string, href: string, done: boolean, wrong: (field: string) => boolean][] = [
    [
      m.form_team(),
      '#section-team',
      filled(form.teamName, form.clubName),
      (field) => field === 'teamName' || field === 'clubName',
    ],
    [m.form_captain(), '#section-captain', contact(form.captain), (field) => field.startsWith('captain.')],
    [
      m.form_vice_captain(),
      '#section-viceCaptain',
      contact(form.viceCaptain),
      (field) => field.startsWith('viceCaptain.'),
    ],
    [
      m.form_players(),
      '#players',
      form.rows.filter((row) => filled(row.name)).length >= squad.min,
      (field) => field.startsWith('players'),
    ],
    [
      m.form_documents(),
      '#section-documents',
      documents.every(
        (document) => document.subject !== 'team' || !document.required || files.has(`team.${document.kind}`),
      ),
      (field) => field.startsWith('team.') || field === 'paymentReference',
    ],
    [m.form_review_step(), '#review', false, () => false],
  ]
  const current = sections.findIndex(([, , done]) => !done)
  return sections.map(([label, href, done, wrong], index) => ({
    label,
    href,
    state: errors.some((error) => wrong(error.field))
      ? 'wrong'
      : index === current
        ? 'current'
        : done
          ? 'done'
          : 'upcoming',
  }))
}
