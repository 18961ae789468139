import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { RegistrationRow } from '#src/review/model.ts'
import type { TeamState } from '#src/teams/model.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { BarChart, type DayCount } from '#views/parts/bar-chart.tsx'
import { LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Facts } from '#views/parts/facts.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { stateLabel } from '#views/parts/state-badge.tsx'
import { RegistrationTable } from './admin-table.tsx'

export type DashboardProps = {
  frame: StaffFrame
  clubLabel: string
  timeZone: string
  counts: Partial<Record<TeamState, number>>
  days: DayCount[]
  newest: RegistrationRow[]
  /** Where captains register: what one hands round while nothing has come in. */
  formHref: string
}

/** Always shown; the other states only while somebody is in them. */
const MAIN_STATES: readonly TeamState[] = ['submitted', 'in_review', 'approved']
const OTHER_STATES: readonly TeamState[] = ['changes_requested', 'waitlisted', 'reserved', 'rejected', 'withdrawn']

/** How the tournament's registration stands. */
export function DashboardPage({ frame, clubLabel, timeZone, counts, days, newest, formHref }: DashboardProps) {
  return (
    <StaffPage title={m.board_dashboard_title()} section="dashboard" {...frame}>
      <Heading title={m.board_dashboard_title()} />
      {newest.length === 0 ? (
        <EmptyState title={m.board_nothing_yet()} text={m.board_nothing_yet_text()} icon="users">
          <LinkButton kind="primary" href={formHref} icon="arrowRight">
            {m.board_open_form()}
          </LinkButton>
        </EmptyState>
      ) : (
        <>
          <Facts label={m.board_by_state()} facts={shownStates(counts).map((state) => stateFact(state, counts))} />
          <Card id="arrivals" title={m.board_per_day()} lead={m.board_per_day_lead({ zone: timeZone })}>
            <BarChart title={m.board_per_day()} days={days} />
          </Card>
          <Card
            id="newest"
            title={m.board_newest()}
            actions={<LinkButton href="/admin/registrations">{m.board_all()}</LinkButton>}
          >
            <RegistrationTable rows={newest} clubLabel={clubLabel} timeZone={timeZone} />
          </Card>
        </>
      )}
    </StaffPage>
  )
}

const shownStates = (counts: DashboardProps['counts']) => [
  ...MAIN_STATES,
  ...OTHER_STATES.filter((state) => (counts[state] ?? 0) > 0),
]

const stateFact = (state: TeamState, counts: DashboardProps['counts']) => ({
  label: stateLabel(state),
  value: counts[state] ?? 0,
  href: `/admin/registrations?state=${state}`,
})
