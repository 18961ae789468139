import { m } from '#messages'
import type { PublicTeam } from '#src/teams/model.ts'
import { Page } from '#views/layouts/page.tsx'
import { LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { DataTable } from '#views/parts/data-table.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { type Fact, Facts } from '#views/parts/facts.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type HomeProps = {
  base: string
  name: string
  clubLabel: string
  venue: string | null
  daysText: string | undefined
  feeText: string
  squad: { min: number; max: number }
  /** Undefined without a capacity. */
  placesLeft: number | undefined
  window: 'open' | 'full' | 'not_yet' | 'over'
  opensText: string | null
  closesText: string | null
  documents: string[]
  teams: PublicTeam[]
}

/** The tournament: what, when, where, fee, places left, how to enter; the teams that are in. */
export function HomePage(props: HomeProps) {
  const { base, window } = props
  return (
    <Page title={props.name} tournamentName={props.name} homeHref={`${base}/`}>
      <Heading
        title={props.name}
        lead={[props.daysText, props.venue].filter(Boolean).join(' · ')}
        actions={
          window === 'open' && (
            <LinkButton kind="primary" href={`${base}/register`}>
              {m.home_register()}
            </LinkButton>
          )
        }
      />
      <WindowNotice {...props} />
      <Facts facts={factsOf(props)} />
      <Card id="how" title={m.home_how()}>
        <ol class="plain-steps">
          <li>{m.home_how_form()}</li>
          <li>
            {props.documents.length > 0
              ? m.home_documents_asked({ documents: props.documents.join(', ') })
              : m.home_documents_none()}{' '}
            {props.documents.length > 0 && m.home_how_documents()}
          </li>
          <li>
            {m.home_how_follow()} <a href="/entry">{m.home_entry()}</a>
          </li>
        </ol>
      </Card>
      <Card id="teams" title={m.home_teams()}>
        {props.teams.length === 0 ? (
          <EmptyState title={m.home_teams_none()} text={m.home_teams_none_text()} />
        ) : (
          <DataTable
            caption={m.home_teams()}
            rows={props.teams}
            rowKey={(team) => team.id}
            columns={[
              { key: 'code', label: m.entry_team_id(), cell: (team) => team.code, isUnbroken: true },
              { key: 'name', label: m.form_team_name(), cell: (team) => team.name, isHeading: true },
              { key: 'club', label: props.clubLabel, cell: (team) => team.clubName },
            ]}
          />
        )}
      </Card>
    </Page>
  )
}

function WindowNotice({ window, opensText, closesText }: HomeProps) {
  if (window === 'full') return <Flash kind="info" text={m.registration_full()} />
  if (window === 'over') return <Flash kind="info" text={m.registration_over()} />
  if (window === 'not_yet') return <Flash kind="info" text={m.home_not_yet({ date: opensText ?? '' })} />
  return closesText ? <Flash kind="info" text={m.home_closes({ date: closesText })} /> : null
}

function factsOf({ feeText, squad, placesLeft }: HomeProps): Fact[] {
  return [
    { label: m.home_fee(), value: feeText },
    { label: m.home_squad(), value: m.home_squad_size(squad) },
    ...(placesLeft === undefined ? [] : [{ label: m.home_places(), value: String(placesLeft) }]),
  ]
}
