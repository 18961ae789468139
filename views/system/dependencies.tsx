import { m } from '#messages'
import type { DependencyStatus } from '#src/lib/dependency.ts'
import { Badge, type Tone } from '#views/parts/badge.tsx'
import { DataTable } from '#views/parts/data-table.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import type { IconName } from '#views/parts/icon.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { ActionForm } from './action-form.tsx'
import { failureWords, whole } from './words.ts'

const STATES: Record<DependencyStatus['state'], { tone: Tone; icon: IconName; label: () => string }> = {
  closed: { tone: 'success', icon: 'check', label: m.system_state_closed },
  open: { tone: 'error', icon: 'alert', label: m.system_state_open },
  'half-open': { tone: 'warning', icon: 'hourglass', label: m.system_state_half_open },
}

export type DependencyTableProps = { dependencies: DependencyStatus[]; timeZone: string; csrf: string }

/** What is outside of the server and may fail. */
export function DependencyTable({ dependencies, timeZone, csrf }: DependencyTableProps) {
  return (
    <DataTable
      caption={m.system_dependencies()}
      rows={dependencies}
      rowKey={({ name }) => name}
      empty={<EmptyState title={m.system_dependencies_none()} text={m.system_dependencies_none_text()} icon="check" />}
      columns={[
        { key: 'name', label: m.system_dependency(), isHeading: true, cell: ({ name }) => name },
        {
          key: 'state',
          label: m.system_state(),
          cell: ({ state }) => (
            <Badge tone={STATES[state].tone} icon={STATES[state].icon} label={STATES[state].label()} />
          ),
        },
        {
          key: 'failure',
          label: m.system_last_error(),
          cell: ({ lastFailure }) =>
            lastFailure ? (
              <>
                {failureWords(lastFailure)}
                <br />
                <Moment at={lastFailure.at} timeZone={timeZone} />
              </>
            ) : (
              m.system_never()
            ),
        },
        {
          key: 'next',
          label: m.system_next_try(),
          cell: ({ nextTryAt }) =>
            nextTryAt ? <Moment at={nextTryAt} timeZone={timeZone} /> : m.system_next_try_due(),
        },
        {
          key: 'calls',
          label: m.system_calls(),
          isNumeric: true,
          cell: ({ calls, refused }) => m.system_calls_counts({ calls: whole(calls), refused: whole(refused) }),
        },
        {
          key: 'action',
          label: m.system_actions(),
          isUnbroken: true,
          cell: ({ name }) => (
            <ActionForm
              action={`/admin/system/dependencies/${encodeURIComponent(name)}/reset`}
              csrf={csrf}
              label={m.system_reset()}
              name={m.system_reset_named({ name })}
            />
          ),
        },
      ]}
    />
  )
}
