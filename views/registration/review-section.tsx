import { m } from '#messages'
import { Card } from '#views/parts/card.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import type { FormProps } from './form.tsx'

/** What will be sent, to be read once more before it is. */
export function ReviewSection(props: FormProps & { isSwappedIn?: boolean }) {
  const { form, files, squad, clubLabel } = props
  const named = form.rows.filter((row) => row.name.trim() !== '')
  const missing = missingDocuments(props)
  return (
    <Card id="review" title={m.form_review()} attributes={props.isSwappedIn ? { 'hx-swap-oob': 'true' } : {}}>
      <DescriptionList
        items={[
          { term: m.form_team_name(), value: form.teamName || m.form_review_empty() },
          { term: clubLabel, value: form.clubName || m.form_review_empty() },
          { term: m.form_captain(), value: contactText(form.captain) },
          { term: m.form_vice_captain(), value: contactText(form.viceCaptain) },
          {
            term: m.form_players(),
            value: m.form_review_players({ count: named.length, min: squad.min, max: squad.max }),
          },
          {
            term: m.form_review_files(),
            value: props.documents.length > 0 ? m.form_review_files_count({ count: files.size }) : undefined,
          },
          { term: m.form_review_missing(), value: missing.join(', ') },
        ]}
      />
    </Card>
  )
}

const contactText = ({ name, phone, email }: { name: string; phone: string; email: string }) =>
  [name, phone, email].filter((part) => part.trim() !== '').join(', ') || m.form_review_empty()

/** Documents the tournament insists on that are not there yet, in words. */
function missingDocuments({ documents, files, form }: FormProps): string[] {
  return documents
    .filter((document) => document.required)
    .flatMap((document) => {
      if (document.subject === 'team') return files.has(`team.${document.kind}`) ? [] : [document.label]
      const without = form.rows.filter(
        (row) => row.name.trim() !== '' && !files.has(`players.${row.key}.${document.kind}`),
      )
      return without.length === 0 ? [] : [`${document.label} (${without.length})`]
    })
}
