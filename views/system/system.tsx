import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { ServerFacts, SystemStatus, Told } from '#src/system/model.ts'
import type { Notice } from '#src/vitals/notices.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Badge } from '#views/parts/badge.tsx'
import { Card } from '#views/parts/card.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { Flash, type FlashKind, type FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { ActionForm } from './action-form.tsx'
import { DependencyTable } from './dependencies.tsx'
import { FileList } from './files.tsx'
import { TaskTable } from './tasks.tsx'
import { durationWords, gigabytes, noticeWords, percent, taskWords, whole } from './words.ts'

export type SystemPageProps = SystemStatus & {
  frame: StaffFrame
  timeZone: string
  /** What one of the page's forms has just done, and to what. */
  done?: Told
  name?: string
}

/** How the server is doing. */
export function SystemPage({ frame, timeZone, facts, notices, dependencies, tasks, done, name }: SystemPageProps) {
  const { breaker } = facts
  const known = [...tasks, ...dependencies].some((one) => one.name === name) ? name : undefined
  return (
    <StaffPage title={m.system_title()} section="system" flash={done && flashOf(done, known)} {...frame}>
      <Heading title={m.system_title()} lead={m.system_lead()} />
      <Card id="notices" title={m.system_notices()}>
        {notices.length === 0 ? (
          <p>{m.system_notices_none()}</p>
        ) : (
          notices.map((notice) => <NoticeFlash key={notice.id} notice={notice} timeZone={timeZone} csrf={frame.csrf} />)
        )}
      </Card>
      <Card id="server" title={m.system_server()}>
        <ServerList facts={facts} timeZone={timeZone} />
      </Card>
      <Card id="files" title={m.system_files()}>
        <FileList files={facts.files} dependencies={dependencies} now={facts.now} timeZone={timeZone} />
      </Card>
      <Card
        id="dependencies"
        title={m.system_dependencies()}
        lead={m.system_dependencies_lead({
          failures: breaker.failures,
          window: durationWords(breaker.windowSeconds * 1000),
          rest: durationWords(breaker.restSeconds * 1000),
        })}
      >
        <DependencyTable dependencies={dependencies} timeZone={timeZone} csrf={frame.csrf} />
      </Card>
      <Card id="tasks" title={m.system_tasks()} lead={m.system_tasks_lead({ zone: timeZone })}>
        <TaskTable tasks={tasks} timeZone={timeZone} csrf={frame.csrf} />
      </Card>
    </StaffPage>
  )
}

const FLASHES: Record<Told, [FlashKind, (words: { name: string }) => string]> = {
  'task-done': ['success', m.system_run_done],
  'task-failed': ['error', m.system_run_failed],
  'task-started': ['info', m.system_run_started],
  'task-running': ['warning', m.system_run_running],
  reset: ['success', m.system_reset_done],
  dismissed: ['success', m.system_dismissed],
}

/** Of a task or service that is not there, nothing: the address may be made up. */
function flashOf(done: Told, name: string | undefined): FlashMessage | undefined {
  if (done !== 'dismissed' && name === undefined) return undefined
  const [kind, words] = FLASHES[done]
  return { kind, text: words({ name: taskWords(name ?? '') }) }
}

type NoticeFlashProps = { notice: Notice; timeZone: string; csrf: string }

function NoticeFlash({ notice, timeZone, csrf }: NoticeFlashProps) {
  const text = noticeWords(notice, timeZone)
  return (
    <Flash kind="warning" text={text}>
      <ActionForm
        action={`/admin/system/notices/${encodeURIComponent(notice.id)}/dismissal`}
        csrf={csrf}
        label={m.system_dismiss()}
        name={m.system_dismiss_named({ notice: text })}
      />
    </Flash>
  )
}

const SCHEMA = {
  current: { tone: 'success', icon: 'check', label: m.system_schema_current },
  newer: { tone: 'warning', icon: 'alert', label: m.system_schema_newer },
  older: { tone: 'warning', icon: 'alert', label: m.system_schema_older },
} as const
const AUDIT = { role: m.system_audit_role, seal: m.system_audit_seal }
const LIMITS = { memory: m.system_limits_memory, database: m.system_limits_database, off: m.system_limits_off }

function ServerList({ facts, timeZone }: { facts: ServerFacts; timeZone: string }) {
  const { space, traffic } = facts
  const database = facts.isEmbedded ? m.system_database_embedded : m.system_database_own
  const schema = SCHEMA[facts.schema]
  return (
    <DescriptionList
      items={[
        { term: m.system_version(), value: facts.version },
        { term: m.system_database(), value: database({ version: facts.postgresVersion }) },
        { term: m.system_audit(), value: AUDIT[facts.auditIsKeptBy]() },
        { term: m.system_schema(), value: <Badge tone={schema.tone} icon={schema.icon} label={schema.label()} /> },
        {
          term: m.system_running(),
          value: (
            <>
              <Moment at={facts.startedAt} timeZone={timeZone} hasZone />
              <br />
              {durationWords(facts.now.getTime() - facts.startedAt.getTime())}
            </>
          ),
        },
        {
          term: m.system_space(),
          value: space
            ? m.system_space_of({ free: gigabytes(space.freeBytes), total: gigabytes(space.totalBytes) })
            : m.system_space_unknown(),
        },
        {
          term: m.system_traffic(),
          value: m.system_traffic_counts({
            answers: whole(traffic.answers),
            errors: whole(traffic.errors),
            share: percent(traffic.answers === 0 ? 0 : traffic.errors / traffic.answers),
          }),
        },
        { term: m.system_limits(), value: LIMITS[facts.limits]() },
        { term: m.system_environment(), value: facts.environment },
        { term: m.system_address(), value: facts.publicUrl ?? m.system_address_none() },
      ]}
    />
  )
}
