import { DataTable } from '#views/parts/data-table.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { StateBadge } from '#views/parts/state-badge.tsx'
import type { SampleTeam } from './samples.ts'

/** The table of `/dev/parts`: a heading, a badge, figures, a sorted column. */
export function TeamTable({ teams }: { teams: SampleTeam[] }) {
  return (
    <DataTable
      caption="Registrations"
      rows={teams}
      rowKey={(team) => team.id}
      empty={<EmptyState title="No registration matches" text="Take a filter away to see more." icon="search" />}
      columns={[
        { key: 'name', label: 'Team', isHeading: true, cell: (team) => <a href={`#${team.id}`}>{team.name}</a> },
        { key: 'id', label: 'Id', isUnbroken: true, cell: (team) => team.id },
        { key: 'club', label: 'Church', cell: (team) => team.club, sort: { href: '?sort=club' } },
        { key: 'state', label: 'State', cell: (team) => <StateBadge state={team.state} /> },
        { key: 'players', label: 'Players', isNumeric: true, cell: (team) => team.players },
        {
          key: 'sent',
          label: 'Received',
          isUnbroken: true,
          cell: (team) => team.sent,
          sort: { href: '?sort=sent', direction: 'descending' },
        },
      ]}
    />
  )
}
