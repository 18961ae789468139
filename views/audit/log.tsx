import { m } from '#messages'
import type { AuditChoices, AuditFilter, AuditRow, AuditSubject } from '#src/audit/model.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { type Column, DataTable } from '#views/parts/data-table.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Field } from '#views/parts/field.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { Pagination } from '#views/parts/pagination.tsx'
import { actorWords, detailWords, eventWords, listEvents, subjectWords } from './words.ts'

const ADDRESS = '/admin/audit'
const ID_LENGTH = 36
/** A longer one is opened by whoever wants to read it. */
const LINE_LENGTH_MAX = 80

export type AuditLogProps = {
  frame: StaffFrame
  rows: AuditRow[]
  choices: AuditChoices
  filter: AuditFilter
  timeZone: string
  newerHref?: string
  olderHref?: string
  /** Of the same entries as a file. */
  exportHref: string
}

/** Who did what, the newest entry first. */
export function AuditLogPage({ frame, rows, choices, filter, timeZone, ...links }: AuditLogProps) {
  return (
    <StaffPage title={m.audit_title()} section="audit" {...frame}>
      <Heading
        title={m.audit_title()}
        lead={m.audit_lead()}
        actions={rows.length > 0 && <LinkButton href={links.exportHref}>{m.audit_export()}</LinkButton>}
      />
      <search>
        <Filters filter={filter} choices={choices} />
      </search>
      <p class="sr-only" role="status">
        {m.audit_shown({ count: rows.length })}
      </p>
      <DataTable
        caption={m.audit_table({ zone: timeZone })}
        rows={rows}
        rowKey={({ id }) => String(id)}
        empty={<NothingFound filter={filter} />}
        columns={columns(timeZone, choices.tournaments.length > 1)}
      />
      <Pagination newerHref={links.newerHref} olderHref={links.olderHref} />
    </StaffPage>
  )
}

const columns = (timeZone: string, hasTournaments: boolean): Column<AuditRow>[] => [
  {
    key: 'what',
    label: m.audit_what(),
    isHeading: true,
    cell: ({ event, isMasked }) => (
      <>
        {eventWords(event)}
        {isMasked && <small class="block font-normal">{m.audit_masked()}</small>}
      </>
    ),
  },
  { key: 'when', label: m.audit_when(), isUnbroken: true, cell: ({ at }) => <Moment at={at} timeZone={timeZone} /> },
  { key: 'who', label: m.audit_who(), cell: actorWords },
  { key: 'about', label: m.audit_about(), cell: (row) => <About {...row} hasTournament={hasTournaments} /> },
  { key: 'details', label: m.audit_change(), cell: (row) => <Details {...row} /> },
  { key: 'origin', label: m.audit_origin(), cell: (row) => <Origin {...row} /> },
]

const PAGES: Partial<Record<AuditSubject['kind'], string>> = {
  team: '/admin/registrations',
  document: '/admin/registrations',
  mail: '/admin/mail',
  staff: '/admin/staff',
}

function About({ subject, subjectId, tournamentName, hasTournament }: AuditRow & { hasTournament: boolean }) {
  const page = subject && PAGES[subject.kind]
  const name = subject ? subjectWords(subject) : subjectId
  const told = page ? <a href={`${page}/${subject.id}`}>{name}</a> : name
  return (
    <>
      {told ?? '–'}
      {hasTournament && tournamentName && <small class="block">{tournamentName}</small>}
    </>
  )
}

function Details(row: AuditRow) {
  const lines = detailWords(row)
  if (lines.length === 0) return <>–</>
  return (
    <ul class="wrap-anywhere">
      {lines.map((line) => (
        <li key={line}>{line.length > LINE_LENGTH_MAX ? <LongLine line={line} /> : line}</li>
      ))}
    </ul>
  )
}

function LongLine({ line }: { line: string }) {
  return (
    <details>
      <summary>{line.slice(0, LINE_LENGTH_MAX)}…</summary>
      {line}
    </details>
  )
}

function Origin({ address, requestId }: AuditRow) {
  if (address === null && requestId === null) return <>–</>
  return (
    <span class="wrap-anywhere">
      {address}
      {requestId && <small class="block">{requestId}</small>}
    </span>
  )
}

function Filters({ filter, choices }: Pick<AuditLogProps, 'filter' | 'choices'>) {
  const options = (all: readonly { id: string; name: string }[]) =>
    all.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <form method="get" action={ADDRESS} class="grid grid-cols-1 items-end gap-4 sm:grid-cols-2 lg:grid-cols-3">
      <Field
        name="event"
        label={m.audit_filter_event()}
        type="select"
        value={filter.event}
        emptyLabel={m.audit_any_event()}
        options={listEvents()}
      />
      <Field
        name="actor"
        label={m.audit_filter_actor()}
        type="select"
        value={filter.actor}
        emptyLabel={m.audit_anybody()}
        options={options(choices.staff)}
      />
      {choices.tournaments.length > 1 && (
        <Field
          name="tournament"
          label={m.audit_filter_tournament()}
          type="select"
          value={filter.tournament}
          emptyLabel={m.audit_any_tournament()}
          options={options(choices.tournaments)}
        />
      )}
      <Field name="from" label={m.audit_filter_from()} type="date" value={filter.from} />
      <Field name="to" label={m.audit_filter_to()} type="date" value={filter.to} />
      <Field
        name="subject"
        label={m.audit_filter_subject()}
        hint={m.audit_subject_hint()}
        value={filter.subject}
        maxLength={ID_LENGTH}
        autocomplete="off"
        spellcheck={false}
      />
      <Button type="submit" kind="secondary" icon="search">
        {m.audit_filter()}
      </Button>
    </form>
  )
}

function NothingFound({ filter }: Pick<AuditLogProps, 'filter'>) {
  if (Object.keys(filter).length === 0)
    return <EmptyState title={m.audit_none()} text={m.audit_none_text()} icon="inbox" />
  return (
    <EmptyState title={m.audit_none_found()} text={m.audit_none_found_text()} icon="search">
      <LinkButton href={ADDRESS}>{m.audit_clear()}</LinkButton>
    </EmptyState>
  )
}
