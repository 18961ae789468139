import { m } from '#messages'
import type { StaffFrame } from '#src/http/staff-frame.ts'
import type { EntryLink } from '#src/teams/model.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { type Column, DataTable } from '#views/parts/data-table.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import type { FlashMessage } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Moment } from '#views/parts/moment.tsx'

export type LinksPageProps = {
  frame: StaffFrame
  team: { id: string; code: string; name: string }
  links: EntryLink[]
  timeZone: string
  /** Whether one can be mailed from here. */
  canMail: boolean
  flash?: FlashMessage
}

/** The links that open a team's own page: a further one, and the end of those there are. */
export function LinksPage({ frame, team, links, timeZone, canMail, flash }: LinksPageProps) {
  const address = `/admin/registrations/${team.id}/links`
  return (
    <StaffPage title={m.links_title()} section="registrations" flash={flash} {...frame}>
      <Heading
        eyebrow={`${team.code} ${team.name}`}
        title={m.links_title()}
        lead={m.links_lead()}
        actions={
          <LinkButton href={`/admin/registrations/${team.id}`} icon="arrowLeft">
            {m.links_back()}
          </LinkButton>
        }
      />
      <Card id="issue" title={m.links_issue()} lead={m.links_issue_lead()}>
        <form method="post" action={address}>
          <input type="hidden" name="csrf" value={frame.csrf} />
          <div class="button-row">
            <Button type="submit" kind="primary" busyLabel={m.mail_making_link()}>
              {m.links_make()}
            </Button>
            {canMail && (
              <Button type="submit" formaction={`${address}/mail`} busyLabel={m.mail_sending_now()}>
                {m.links_mail()}
              </Button>
            )}
          </div>
        </form>
      </Card>
      <Card id="links" title={m.links_valid()} lead={m.links_valid_lead()}>
        <DataTable
          caption={m.links_table({ zone: timeZone })}
          rows={links}
          rowKey={({ id }) => id}
          empty={<EmptyState title={m.links_none()} icon="inbox" />}
          columns={columns(address, frame.csrf, timeZone)}
        />
        {links.length > 0 && (
          <form method="post" action={`${address}/revocation`} class="mt-6 flex flex-col gap-2">
            <input type="hidden" name="csrf" value={frame.csrf} />
            <div>
              <Button
                type="submit"
                kind="danger"
                busyLabel={m.links_revoking()}
                attributes={{ 'aria-describedby': 'revoke-hint' }}
              >
                {m.links_revoke_all()}
              </Button>
            </div>
            <p class="field-hint" id="revoke-hint">
              {m.links_revoke_all_hint()}
            </p>
          </form>
        )}
      </Card>
    </StaffPage>
  )
}

const columns = (address: string, csrf: string, timeZone: string): Column<EntryLink>[] => [
  { key: 'for', label: m.links_made_for(), isHeading: true, cell: madeFor },
  { key: 'made', label: m.links_made_at(), cell: ({ madeAt }) => <Moment at={madeAt} timeZone={timeZone} /> },
  {
    key: 'used',
    label: m.links_used_at(),
    cell: ({ lastUsedAt }) =>
      lastUsedAt === null ? m.links_not_used() : <Moment at={lastUsedAt} timeZone={timeZone} />,
  },
  { key: 'ends', label: m.links_ends_at(), cell: ({ expiresAt }) => <Moment at={expiresAt} timeZone={timeZone} /> },
  {
    key: 'revoke',
    label: m.links_end(),
    cell: (link) => (
      <form method="post" action={`${address}/${link.id}/revocation`}>
        <input type="hidden" name="csrf" value={csrf} />
        <Button
          type="submit"
          kind="quiet"
          busyLabel={m.links_revoking()}
          attributes={{ 'aria-label': m.links_revoke_named({ link: madeFor(link) }) }}
        >
          {m.links_revoke()}
        </Button>
      </form>
    ),
  },
]

function madeFor({ madeFor, madeBy }: EntryLink): string {
  if (madeFor === 'registration') return m.links_for_registration()
  if (madeFor === 'mail') return m.links_for_mail()
  return madeBy === null ? m.links_for_staff() : m.links_for_staff_named({ name: madeBy })
}
