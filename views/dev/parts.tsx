import type { ComponentChildren } from 'preact'
import type { Theme } from '#views/layouts/document.tsx'
import { Page } from '#views/layouts/page.tsx'
import { BarChart } from '#views/parts/bar-chart.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { DescriptionList } from '#views/parts/description-list.tsx'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { ErrorSummary } from '#views/parts/error-summary.tsx'
import { Facts } from '#views/parts/facts.tsx'
import { FileField } from '#views/parts/file-field.tsx'
import { Flash } from '#views/parts/flash.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { Pagination } from '#views/parts/pagination.tsx'
import { Progress } from '#views/parts/progress.tsx'
import { SaveStatus } from '#views/parts/save-status.tsx'
import { REGISTRATION_STATES, StateBadge } from '#views/parts/state-badge.tsx'
import { Stepper } from '#views/parts/stepper.tsx'
import { UploadProgress } from '#views/parts/upload-progress.tsx'
import { FieldSamples } from './field-samples.tsx'
import { DAYS, ERRORS, FILE_FIELDS, STEPS, TEAMS } from './samples.ts'
import { TeamTable } from './team-table.tsx'

/** Every part in every state on one page: `/dev/parts`, in development only. */
export function PartsPage({ theme }: { theme?: Theme }) {
  const nav = [
    { href: '/dev/parts', label: 'Parts', isCurrent: true },
    { href: '/register', label: 'Register' },
    { href: '/entry', label: 'Your entry' },
  ]
  return (
    <Page
      title="Parts"
      tournamentName="ICCT 2026"
      tournamentNote="12 to 26 April 2026, Coimbatore"
      nav={nav}
      theme={theme}
      isWide
    >
      <Heading
        eyebrow="Development"
        title="Parts"
        lead="Everything that pages are made of, in every state."
        actions={
          <LinkButton kind="primary" href="/register" icon="arrowRight">
            Register a team
          </LinkButton>
        }
      />
      <Facts
        label="At a glance"
        facts={[
          { label: 'Registered', value: 37, note: 'of 48 teams' },
          { label: 'In review', value: 6, href: '#team' },
          { label: 'Closes', value: '28 March', note: '23:59, Asia/Kolkata' },
          { label: 'Fee', value: '₹2,000' },
        ]}
      />
      <ErrorSummary errors={ERRORS} />
      <Stepper steps={STEPS} />
      <FieldSamples />
      <Files />
      <Notices />
      <Tables />
      <Card id="numbers" title="Registrations per day" lead="Each bar is a day of March.">
        <BarChart title="Registrations per day" days={DAYS} />
      </Card>
      <Small />
    </Page>
  )
}

function Files() {
  return (
    <Card id="documents" title="Documents">
      <form method="post" action="/dev/form" encType="multipart/form-data" class="form-stack">
        <input type="hidden" name="draft" value="sample-draft" />
        <UploadProgress />
        {FILE_FIELDS.map((field) => (
          <FileField key={field.name} {...field} />
        ))}
        <SaveStatus />
        <div class="button-row">
          <Button kind="primary" type="submit" busyLabel="Sending…">
            Send
          </Button>
          <Button kind="secondary" icon="plus">
            Add a player
          </Button>
          <Button kind="danger">Withdraw</Button>
          <Button kind="quiet">Cancel</Button>
          <Button kind="primary" disabled>
            Not yet
          </Button>
        </div>
      </form>
    </Card>
  )
}

function Notices() {
  return (
    <Stack>
      <Flash kind="info" text="Registration closes in three days." />
      <Flash kind="success" text="Your registration was received." />
      <Flash kind="warning" text="These pages are served without https." />
      <Flash kind="error" text="The draft could not be opened: its link is no longer valid." />
    </Stack>
  )
}

function Tables() {
  return (
    <Stack>
      <TeamTable teams={TEAMS} />
      <Pagination newerHref="#newer" olderHref="#older" />
      <TeamTable teams={[]} />
    </Stack>
  )
}

function Small() {
  return (
    <Card id="entry" title="Lions" lead="St Mary’s Church" actions={<StateBadge state="approved" />}>
      <DescriptionList
        items={[
          { term: 'Team id', value: 'ICCT-001' },
          { term: 'Captain', value: 'Arun Kumar' },
          { term: 'E-mail', value: 'arun.kumar.of.the.lions.cricket.team@example-of-a-long-domain.org' },
          { term: 'Not shown', value: undefined },
        ]}
      />
      <Stack>
        <Progress label="Players entered" value={7} max={11} note="7 of 11" />
        <p class="button-row">
          {REGISTRATION_STATES.map((state) => (
            <StateBadge key={state} state={state} />
          ))}
        </p>
        <EmptyState title="No fixtures yet" text="They appear here when the draw is made." icon="calendar" />
      </Stack>
    </Card>
  )
}

function Stack({ children }: { children: ComponentChildren }) {
  return <div class="form-stack">{children}</div>
}
