import { m } from '#messages'
import { type Step, Stepper } from '#views/parts/stepper.tsx'
import { teamDocuments } from './documents-section.tsx'
import type { FormProps } from './form.tsx'

/** How far the form has come: each section finished, wrong, or still to do. */
export function FormProgress(props: FormProps & { isSwappedIn?: boolean }) {
  return (
    <div id="form-progress" hx-swap-oob={props.isSwappedIn ? 'true' : undefined}>
      <Stepper steps={stepsOf(props)} label={m.form_progress()} />
    </div>
  )
}

const SECTIONS = [
  { href: '#section-team', label: m.form_team, holds: /^(?:teamName|clubName)$/ },
  { href: '#section-captain', label: m.form_captain, holds: /^captain\./ },
  { href: '#section-viceCaptain', label: m.form_vice_captain, holds: /^viceCaptain\./ },
  { href: '#players', label: m.form_players, holds: /^players/ },
]
const PAPERS = { href: '#section-documents', holds: /^(?:team\.|paymentReference$)/ }

/** The sections that this tournament's form has. */
function sectionsOf(props: FormProps) {
  if (teamDocuments(props).length > 0) return [...SECTIONS, { ...PAPERS, label: m.form_documents }]
  return props.hasFee ? [...SECTIONS, { ...PAPERS, label: m.form_payment }] : SECTIONS
}

function stepsOf(props: FormProps): Step[] {
  const { errors, standing } = props
  const sections = sectionsOf(props).map(({ href, label, holds }) => {
    const missing = standing.some(({ field }) => holds.test(field))
    // What is only missing yet is not wrong until it was asked for.
    const wrong = [...errors, ...standing.filter(({ code }) => code !== 'required')].some(({ field }) =>
      holds.test(field),
    )
    return { href, label: label(), missing, wrong }
  })
  const current = sections.findIndex(({ missing }) => missing)
  const steps = sections.map(({ href, label, missing, wrong }, index): Step => {
    const state = wrong ? 'wrong' : index === current ? 'current' : missing ? 'upcoming' : 'done'
    return { href, label, state }
  })
  return [...steps, { href: '#review', label: m.form_review_step(), state: current < 0 ? 'current' : 'upcoming' }]
}
