import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { MailFilter, MailRow } from '#src/mail/log/model.ts'
import type { MailState } from '#src/mail/model.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { type Column, DataTable } from '#views/parts/data-table.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Field } from '#views/parts/field.tsx'
import { Flash, type FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { Pagination } from '#views/parts/pagination.tsx'
import { MailStateBadge } from './state-badge.tsx'
import { MAIL_STATE_LOOKS, mailKindLabel, mailStateLabel } from './words.ts'

const ADDRESS = '/admin/mail'
/** As the server cuts it. */
const SEARCH_LENGTH_MAX = 100
const STATES = Object.keys(MAIL_STATE_LOOKS) as MailState[]

export type MailLogProps = {
  frame: StaffFrame
  rows: MailRow[]
  counts: Partial<Record<MailState, number>>
  filter: MailFilter
  timeZone: string
  /** Why nothing is sent from here. */
  unable?: string
  mayConfigure: boolean
  newerHref?: string
  olderHref?: string
  flash?: FlashMessage
}

/** Every message of the tournament, the newest first. */
export function MailLogPage(props: MailLogProps) {
  const { frame, rows, counts, filter, timeZone, unable, newerHref, olderHref, flash } = props
  return (
    <StaffPage title={m.mail_title()} section="mail" flash={flash} {...frame}>
      <Heading
        title={m.mail_title()}
        lead={m.mail_lead()}
        actions={
          props.mayConfigure && (
            <>
              <LinkButton href="/admin/mail/messages">{m.mail_messages()}</LinkButton>
              <LinkButton href="/admin/settings/mail">{m.mail_settings()}</LinkButton>
            </>
          )
        }
      />
      {unable && <Flash kind="warning" text={unable} />}
      <search>
        <Filters filter={filter} counts={counts} />
      </search>
      <p class="sr-only" role="status">
        {m.mail_shown({ count: rows.length })}
      </p>
      <DataTable
        caption={m.mail_table({ zone: timeZone })}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<NothingFound filter={filter} />}
        columns={columns(timeZone)}
      />
      <Pagination newerHref={newerHref} olderHref={olderHref} />
      {unable === undefined && <Actions csrf={frame.csrf} filter={filter} held={counts.held ?? 0} />}
    </StaffPage>
  )
}

const columns = (timeZone: string): Column<MailRow>[] => [
  {
    key: 'kind',
    label: m.mail_column_message(),
    isHeading: true,
    cell: (row) => <a href={`${ADDRESS}/${row.id}`}>{mailKindLabel(row.kind)}</a>,
  },
  {
    key: 'team',
    label: m.mail_column_team(),
    cell: ({ team }) =>
      team ? (
        <a href={`/admin/registrations/${team.id}`}>
          {team.code} {team.name}
        </a>
      ) : (
        m.mail_to_staff()
      ),
  },
  { key: 'to', label: m.mail_column_to(), cell: (row) => <span class="wrap-anywhere">{row.toAddress}</span> },
  { key: 'state', label: m.board_state(), cell: (row) => <MailStateBadge state={row.state} /> },
  { key: 'attempts', label: m.mail_attempts(), isNumeric: true, cell: (row) => row.attempts },
  {
    key: 'answer',
    label: m.mail_column_answer(),
    cell: (row) => <span class="wrap-anywhere">{row.lastAnswer ?? '–'}</span>,
  },
  {
    key: 'written',
    label: m.mail_column_written(),
    cell: (row) => <Moment at={row.createdAt} timeZone={timeZone} />,
  },
]

function Filters({ filter, counts }: Pick<MailLogProps, 'filter' | 'counts'>) {
  const label = (state: MailState) => {
    const count = counts[state]
    const word = mailStateLabel(state)
    return count === undefined ? word : m.mail_state_count({ state: word, count })
  }
  return (
    <form method="get" action={ADDRESS} class="grid grid-cols-1 items-end gap-4 sm:grid-cols-[2fr_1fr_auto]">
      <Field
        name="q"
        label={m.mail_search()}
        type="search"
        value={filter.q}
        maxLength={SEARCH_LENGTH_MAX}
        autocomplete="off"
      />
      <Field
        name="state"
        label={m.board_state()}
        type="select"
        value={filter.state}
        emptyLabel={m.mail_any_state()}
        options={STATES.map((state) => ({ value: state, label: label(state) }))}
      />
      <Button type="submit" kind="secondary" icon="search">
        {m.board_find()}
      </Button>
    </form>
  )
}

function NothingFound({ filter }: Pick<MailLogProps, 'filter'>) {
  if (!filter.q && !filter.state)
    return <EmptyState title={m.mail_none_yet()} text={m.mail_none_yet_text()} icon="inbox" />
  return (
    <EmptyState title={m.mail_none_found()} text={m.mail_none_found_text()} icon="search">
      <LinkButton href={ADDRESS}>{m.mail_clear()}</LinkButton>
    </EmptyState>
  )
}

/** Held mails that one press lets go, as the server bounds it. */
const RELEASED_MAX = 200

function Actions({ csrf, filter, held }: { csrf: string; filter: MailFilter; held: number }) {
  const isAboutHeld = filter.state === undefined || filter.state === 'held'
  return (
    <Card id="actions">
      <div class="flex flex-wrap gap-6">
        {held > 0 && isAboutHeld && (
          <form method="post" action={`${ADDRESS}/release`} class="flex flex-col gap-2">
            <input type="hidden" name="csrf" value={csrf} />
            <input type="hidden" name="q" value={filter.q} />
            <Button type="submit" busyLabel={m.mail_releasing()} attributes={{ 'aria-describedby': 'release-hint' }}>
              {m.mail_release_all()}
            </Button>
            <p class="field-hint" id="release-hint">
              {m.mail_release_lead({ max: RELEASED_MAX })}
            </p>
          </form>
        )}
        <form method="post" action={`${ADDRESS}/test`}>
          <input type="hidden" name="csrf" value={csrf} />
          <Button type="submit" busyLabel={m.mail_testing()}>
            {m.mail_test()}
          </Button>
        </form>
      </div>
    </Card>
  )
}
