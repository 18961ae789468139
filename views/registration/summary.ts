import { m } from '#messages'
import type { SummaryError } from '#views/parts/error-summary.tsx'
import type { FormProps } from './form.tsx'

/** What is wrong, each with where it is: eleven players have the same fields. */
export function summaryOf({ errors, form, clubLabel }: FormProps): SummaryError[] {
  const fields: Record<string, string> = {
    teamName: m.form_team_name(),
    clubName: clubLabel,
    captain: m.form_captain(),
    viceCaptain: m.form_vice_captain(),
    players: m.form_players(),
    paymentReference: m.form_payment_reference(),
  }
  const whereIs = (field: string) => {
    const [first = '', second] = field.split('.')
    const number = first === 'players' ? form.rows.findIndex((row) => row.key === second) + 1 : 0
    return number > 0 ? m.form_player({ number }) : fields[first]
  }
  return errors.map(({ field, message }) => {
    const where = whereIs(field)
    return { field, message: where === undefined ? message : m.form_wrong_where({ where, message }) }
  })
}
