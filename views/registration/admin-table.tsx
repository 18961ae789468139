import type { ComponentChildren } from 'preact'
import { m } from '#messages'
import type { RegistrationRow, RegistrationSort } from '#src/review/model.ts'
import { type Column, DataTable } from '#views/parts/data-table.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { StateBadge } from '#views/parts/state-badge.tsx'

export type RegistrationTableProps = {
  rows: RegistrationRow[]
  clubLabel: string
  timeZone: string
  /** Where the headers lead and which one counts now; without it the table cannot be sorted. */
  sorting?: { current: RegistrationSort; href: (sort: RegistrationSort) => string }
  empty?: ComponentChildren
}

/** Registrations as staff list them. */
export function RegistrationTable({ rows, clubLabel, timeZone, sorting, empty }: RegistrationTableProps) {
  const sortedBy = (sort: RegistrationSort): Column<RegistrationRow>['sort'] =>
    sorting && { href: sorting.href(sort), direction: sorting.current === sort ? 'ascending' : undefined }
  return (
    <DataTable
      caption={m.board_table({ zone: timeZone })}
      rows={rows}
      rowKey={(row) => row.id}
      empty={empty}
      columns={[
        {
          key: 'name',
          label: m.board_team(),
          isHeading: true,
          cell: (row) => <a href={`/admin/registrations/${row.id}`}>{row.name}</a>,
          sort: sortedBy('name'),
        },
        { key: 'code', label: m.board_team_id(), cell: (row) => row.code },
        { key: 'club', label: clubLabel, cell: (row) => row.clubName, sort: sortedBy('club') },
        { key: 'state', label: m.board_state(), cell: (row) => <StateBadge state={row.state} /> },
        {
          key: 'captain',
          label: m.board_captain(),
          cell: (row) => (
            <>
              {row.captainName}
              <br />
              {row.captainPhone}
            </>
          ),
        },
        { key: 'players', label: m.board_players(), isNumeric: true, cell: (row) => row.playerCount },
        {
          key: 'received',
          label: m.board_received(),
          cell: (row) => <Moment at={row.submittedAt} timeZone={timeZone} />,
          sort: sorting && receivedSort(sorting),
        },
      ]}
    />
  )
}

/** Newest first is where one begins; the header turns it round. */
function receivedSort({
  current,
  href,
}: NonNullable<RegistrationTableProps['sorting']>): Column<RegistrationRow>['sort'] {
  const direction = current === 'newest' ? 'descending' : current === 'oldest' ? 'ascending' : undefined
  return { href: href(current === 'newest' ? 'oldest' : 'newest'), direction }
}
