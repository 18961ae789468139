import { m } from '#messages'
import type { ListedKey } from '#src/auth/keys/service.ts'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'
import { scopeWords } from './words.ts'

export type KeyRevocationProps = { frame: StaffFrame; key: ListedKey; timeZone: string }

/** The last look before a key is good no more. */
export function KeyRevocationPage({ frame, key, timeZone }: KeyRevocationProps) {
  const { id, name, hint, scopes, madeBy, lastUsedAt } = key
  return (
    <StaffPage title={m.keys_revoke_title({ name })} section="keys" {...frame}>
      <Heading eyebrow={m.keys_title()} title={m.keys_revoke_title({ name })} lead={m.keys_revoke_lead()} />
      <Card>
        <DescriptionList
          items={[
            { term: m.keys_key(), value: <code>ts_live_…{hint}</code> },
            { term: m.keys_scopes(), value: scopes.map(scopeWords).join(', ') },
            { term: m.keys_made_by(), value: madeBy },
            {
              term: m.keys_last_used(),
              value: lastUsedAt ? <Moment at={lastUsedAt} timeZone={timeZone} hasZone /> : m.keys_never(),
            },
          ]}
        />
        <form class="form-stack" method="post" action={`/admin/keys/${id}/revocation`}>
          <input type="hidden" name="csrf" value={frame.csrf} />
          <div class="button-row">
            <Button type="submit" kind="danger">
              {m.keys_revoke()}
            </Button>
            <LinkButton href="/admin/keys">{m.keys_back()}</LinkButton>
          </div>
        </form>
      </Card>
    </StaffPage>
  )
}
