import { m } from '#messages'
import { ContactSection } from './contact-section.tsx'
import { DocumentsSection } from './documents-section.tsx'
import type { FormProps } from './form.tsx'
import { FormFile } from './form-file.tsx'
import { FormProgress } from './form-progress.tsx'
import { PlayerRow, PlayersSection } from './players-section.tsx'
import { ReviewSection } from './review-section.tsx'
import { TeamSection } from './team-section.tsx'

/** One section again, with what is wrong in it; the progress and the review above and below it change with it. */
export function FormSection(props: FormProps & { section: string }) {
  return (
    <>
      <Section {...props} />
      <FormProgress {...props} isSwappedIn />
      <ReviewSection {...props} isSwappedIn />
    </>
  )
}

/** The squad again after a row came or went. */
export function SquadSection(props: FormProps) {
  return (
    <>
      <PlayersSection {...props} />
      <FormProgress {...props} isSwappedIn />
      <ReviewSection {...props} isSwappedIn />
    </>
  )
}

/** One document's place again after its file came or went. */
export function HeldOrMissing(props: FormProps & { kind: string; rowKey?: string }) {
  const document = props.documents.find(({ kind }) => kind === props.kind)
  return (
    <>
      {document && <FormFile {...props} document={document} />}
      <FormProgress {...props} isSwappedIn />
      <ReviewSection {...props} isSwappedIn />
    </>
  )
}

function Section(props: FormProps & { section: string }) {
  const { section, form } = props
  if (section === 'team') return <TeamSection {...props} />
  if (section === 'captain')
    return <ContactSection {...props} whose="captain" title={m.form_captain()} lead={m.form_captain_lead()} />
  if (section === 'viceCaptain')
    return (
      <ContactSection {...props} whose="viceCaptain" title={m.form_vice_captain()} lead={m.form_vice_captain_lead()} />
    )
  if (section === 'documents') return <DocumentsSection {...props} />
  const index = form.rows.findIndex((row) => section === `players.${row.key}`)
  return index < 0 ? null : <PlayerRow {...props} row={form.rows[index]!} number={index + 1} />
}
