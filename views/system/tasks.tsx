import { m } from '#messages'
import type { TaskStatus } from '#src/vitals/tasks.ts'
import { Badge } from '#views/parts/badge.tsx'
import { DataTable } from '#views/parts/data-table.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { ActionForm } from './action-form.tsx'
import { durationWords, taskWords, whole } from './words.ts'

export type TaskTableProps = { tasks: TaskStatus[]; timeZone: string; csrf: string }

/** What the server does when nobody asks. */
export function TaskTable({ tasks, timeZone, csrf }: TaskTableProps) {
  return (
    <DataTable
      caption={m.system_tasks()}
      rows={tasks}
      rowKey={({ name }) => name}
      empty={<EmptyState title={m.system_tasks_none()} icon="clock" />}
      columns={[
        {
          key: 'name',
          label: m.system_task(),
          isHeading: true,
          cell: ({ name, everyMs }) => (
            <>
              {taskWords(name)}
              <br />
              <small>{m.system_task_every({ duration: durationWords(everyMs) })}</small>
            </>
          ),
        },
        { key: 'outcome', label: m.system_outcome(), cell: (task) => <Outcome {...task} /> },
        {
          key: 'last',
          label: m.system_last_run(),
          cell: ({ last }) => (last ? <Moment at={last.startedAt} timeZone={timeZone} /> : m.system_not_yet()),
        },
        {
          key: 'took',
          label: m.system_took(),
          isUnbroken: true,
          cell: ({ last }) => (last ? durationWords(last.durationMs) : '–'),
        },
        {
          key: 'next',
          label: m.system_next_run(),
          cell: ({ nextAt }) => (nextAt ? <Moment at={nextAt} timeZone={timeZone} /> : m.system_next_run_after()),
        },
        {
          key: 'failures',
          label: m.system_failures(),
          isNumeric: true,
          cell: ({ failures, runs }) => m.system_failures_counts({ failures: whole(failures), runs: whole(runs) }),
        },
        {
          key: 'action',
          label: m.system_actions(),
          isUnbroken: true,
          cell: ({ name }) => (
            <ActionForm
              action={`/admin/system/tasks/${encodeURIComponent(name)}/run`}
              csrf={csrf}
              label={m.system_run()}
              name={m.system_run_named({ name: taskWords(name) })}
            />
          ),
        },
      ]}
    />
  )
}

function Outcome({ isRunning, last }: TaskStatus) {
  if (isRunning) return <Badge tone="info" icon="hourglass" label={m.system_outcome_running()} />
  if (!last) return <Badge tone="neutral" icon="clock" label={m.system_outcome_none()} />
  if (last.failure === undefined) return <Badge tone="success" icon="check" label={m.system_outcome_done()} />
  return (
    <>
      <Badge tone="error" icon="alert" label={m.system_outcome_failed()} /> {last.failure}
    </>
  )
}
