import { m } from '#messages'
import type { ListedKey } from '#src/auth/keys/service.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Badge } from '#views/parts/badge.tsx'
import { LinkButton } from '#views/parts/button.tsx'
import { type Column, DataTable } from '#views/parts/data-table.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { scopeWords } from './words.ts'

export type KeysProps = { frame: StaffFrame; keys: ListedKey[]; now: Date; timeZone: string; flash?: FlashMessage }

/** The keys that programs come in with, the latest first; those that have ended stay to be read. */
export function KeysPage({ frame, keys, now, timeZone, flash }: KeysProps) {
  return (
    <StaffPage title={m.keys_title()} section="keys" flash={flash} {...frame}>
      <Heading title={m.keys_title()} lead={m.keys_lead()} actions={keys.length > 0 && <MakeKey />} />
      <DataTable
        caption={m.keys_table({ zone: timeZone })}
        rows={keys}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title={m.keys_none()} text={m.keys_none_text()}>
            <MakeKey />
          </EmptyState>
        }
        columns={columns(now, timeZone)}
      />
      <p>
        <a class="link inline-flex min-h-11 items-center" href="/api/docs">
          {m.keys_docs()}
        </a>
      </p>
    </StaffPage>
  )
}

const MakeKey = () => (
  <LinkButton kind="primary" href="/admin/keys/new" icon="plus">
    {m.keys_make()}
  </LinkButton>
)

type State = 'live' | 'over' | 'revoked' | 'asleep'

function stateOf({ revokedAt, expiresAt, isMakerDisabled }: ListedKey, now: Date): State {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt !== null && expiresAt <= now) return 'over'
  return isMakerDisabled ? 'asleep' : 'live'
}

function StateOfKey({ state }: { state: State }) {
  if (state === 'live') return <Badge tone="success" icon="check" label={m.keys_state_live()} />
  if (state === 'over') return <Badge tone="neutral" icon="clock" label={m.keys_state_over()} />
  if (state === 'asleep') return <Badge tone="warning" icon="alert" label={m.keys_state_asleep()} />
  return <Badge tone="neutral" icon="cross" label={m.keys_state_revoked()} />
}

const columns = (now: Date, timeZone: string): Column<ListedKey>[] => [
  {
    key: 'name',
    label: m.keys_name(),
    isHeading: true,
    cell: ({ name, hint }) => (
      <>
        {name}
        <br />
        <small>
          <code>ts_live_…{hint}</code>
        </small>
      </>
    ),
  },
  {
    key: 'state',
    label: m.keys_state(),
    cell: (key) => (
      <>
        <StateOfKey state={stateOf(key, now)} />
        {key.revokedAt && (
          <>
            <br />
            <small>
              <Moment at={key.revokedAt} timeZone={timeZone} />
            </small>
          </>
        )}
      </>
    ),
  },
  {
    key: 'scopes',
    label: m.keys_scopes(),
    cell: ({ scopes, tournamentId }) => (
      <>
        {scopes.map(scopeWords).join(', ')}
        {tournamentId === null && (
          <>
            <br />
            <strong>{m.keys_reach_all()}</strong>
          </>
        )}
      </>
    ),
  },
  {
    key: 'made',
    label: m.keys_made_by(),
    cell: ({ madeBy, createdAt }) => (
      <>
        {madeBy}
        <br />
        <small>
          <Moment at={createdAt} timeZone={timeZone} />
        </small>
      </>
    ),
  },
  {
    key: 'used',
    label: m.keys_last_used(),
    cell: ({ lastUsedAt }) => (lastUsedAt ? <Moment at={lastUsedAt} timeZone={timeZone} /> : m.keys_never()),
  },
  {
    key: 'expires',
    label: m.keys_expires(),
    cell: ({ expiresAt }) => (expiresAt ? <Moment at={expiresAt} timeZone={timeZone} /> : m.keys_life_none()),
  },
  {
    key: 'action',
    label: m.keys_actions(),
    cell: ({ id, name, revokedAt }) =>
      revokedAt === null ? (
        <a class="link inline-flex min-h-11 items-center" href={`/admin/keys/${id}/revocation`}>
          {m.keys_revoke()}
          <span class="sr-only"> {name}</span>
        </a>
      ) : (
        '–'
      ),
  },
]
