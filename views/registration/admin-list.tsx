import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { RegistrationFilter, RegistrationRow, RegistrationSort } from '#src/review/model.ts'
import type { FilterChoices } from '#src/review/service.ts'
import type { TeamState } from '#src/teams/model.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Field } from '#views/parts/field.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Pagination } from '#views/parts/pagination.tsx'
import { REGISTRATION_STATES, stateLabel } from '#views/parts/state-badge.tsx'
import { RegistrationTable } from './admin-table.tsx'

const ADDRESS = '/admin/registrations'
const LIST_ID = 'registrations'
/** As the server cuts it. */
const SEARCH_LENGTH_MAX = 100

export type RegistrationListProps = {
  rows: RegistrationRow[]
  clubLabel: string
  timeZone: string
  filter: RegistrationFilter
  sort: RegistrationSort
  /** The list's address, sorted so. */
  sortHref: (sort: RegistrationSort) => string
  newerHref?: string
  olderHref?: string
}

export type RegistrationsProps = RegistrationListProps & { frame: StaffFrame; choices: FilterChoices }

/** Every registration of the tournament; what is looked for stands in the address. */
export function RegistrationsPage({ frame, choices, ...list }: RegistrationsProps) {
  return (
    <StaffPage title={m.layout_nav_registrations()} section="registrations" {...frame}>
      <Heading title={m.layout_nav_registrations()} />
      <search>
        <Filters choices={choices} {...list} />
      </search>
      <RegistrationList {...list} />
    </StaffPage>
  )
}

/** The part that a changed filter swaps. */
export function RegistrationList(props: RegistrationListProps) {
  const { rows, clubLabel, timeZone, sort, sortHref, newerHref, olderHref } = props
  return (
    <div id={LIST_ID} class="flex flex-col gap-6">
      <p class="sr-only" role="status">
        {m.board_shown({ count: rows.length })}
      </p>
      <RegistrationTable
        rows={rows}
        clubLabel={clubLabel}
        timeZone={timeZone}
        sorting={{ current: sort, href: sortHref }}
        empty={<NothingFound filter={props.filter} />}
      />
      <Pagination newerHref={newerHref} olderHref={olderHref} />
    </div>
  )
}

function NothingFound({ filter }: { filter: RegistrationFilter }) {
  if (Object.values(filter).every((value) => !value))
    return <EmptyState title={m.board_nothing_yet()} text={m.board_nothing_yet_text()} icon="users" />
  return (
    <EmptyState title={m.board_none_found()} text={m.board_none_found_text()} icon="search">
      <LinkButton href={ADDRESS}>{m.board_clear()}</LinkButton>
    </EmptyState>
  )
}

/** A plain GET form; with a script it narrows the list as one types and chooses. */
function Filters({
  choices,
  filter,
  sort,
  clubLabel,
}: Pick<RegistrationsProps, 'choices' | 'filter' | 'sort' | 'clubLabel'>) {
  return (
    <form
      method="get"
      action={ADDRESS}
      class="grid grid-cols-1 items-end gap-4 sm:grid-cols-2 lg:grid-cols-[2fr_1fr_1.5fr_1fr_auto]"
      hx-get={ADDRESS}
      hx-target={`#${LIST_ID}`}
      hx-swap="outerHTML"
      hx-push-url="true"
      hx-trigger="submit, change, input changed delay:400ms target:#q"
      hx-sync="this:replace"
    >
      <Field
        name="q"
        label={m.board_search()}
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
        emptyLabel={m.board_any_state()}
        options={REGISTRATION_STATES.filter((state) => state !== 'draft').map((state) => ({
          value: state,
          label: m.board_state_count({ state: stateLabel(state), count: choices.counts[state as TeamState] ?? 0 }),
        }))}
      />
      <ClubFilter clubs={choices.clubs} value={filter.club} label={clubLabel} />
      <Field
        name="sort"
        label={m.board_sort()}
        type="select"
        value={sort}
        options={[
          { value: 'newest', label: m.board_sort_newest() },
          { value: 'oldest', label: m.board_sort_oldest() },
          { value: 'name', label: m.board_sort_name() },
          { value: 'club', label: m.board_sort_club({ club: clubLabel }) },
        ]}
      />
      <Button type="submit" kind="secondary" icon="search">
        {m.board_find()}
      </Button>
    </form>
  )
}

/** A choice while the clubs are few; else their whole name, ignoring case and spacing. */
function ClubFilter({ clubs, value, label }: { clubs: string[] | null; value?: string; label: string }) {
  if (clubs === null)
    return (
      <Field name="club" label={label} type="search" value={value} maxLength={SEARCH_LENGTH_MAX} autocomplete="off" />
    )
  const options = clubs.map((club) => ({ value: club, label: club }))
  return (
    <Field name="club" label={label} type="select" value={value} emptyLabel={m.board_any_club()} options={options} />
  )
}
