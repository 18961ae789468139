import { m } from '#messages'
import type { FieldError } from '#src/errors.ts'
import type { DraftForm } from '#src/registration/form/draft-form.ts'
import { Page } from '#views/layouts/page.tsx'
import { Button } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { ErrorSummary } from '#views/parts/error-summary.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { RequestStatus } from '#views/parts/request-status.tsx'
import { SaveStatus } from '#views/parts/save-status.tsx'
import { UploadProgress } from '#views/parts/upload-progress.tsx'
import { ContactSection } from './contact-section.tsx'
import { DocumentsSection } from './documents-section.tsx'
import { FormProgress } from './form-progress.tsx'
import { PlayersSection } from './players-section.tsx'
import { ReviewSection } from './review-section.tsx'
import { FOCUSED } from './section.ts'
import { summaryOf } from './summary.ts'
import { type KnownClub, TeamSection } from './team-section.tsx'

export type HeldFile = { name: string; bytes: number }
export type AskedDocument = { kind: string; label: string; required: boolean; subject: 'team' | 'player' }

/** Everything the form shows; fields and errors by the form's own names (`captain.phone`, `players.p3.name`, `team.pastor_letter`). */
export type FormProps = {
  tournamentName: string
  clubLabel: string
  feeText: string
  hasFee: boolean
  squad: { min: number; max: number }
  roles: readonly string[]
  asks: { jerseyNumber: boolean; dateOfBirth: boolean }
  documents: AskedDocument[]
  maxFileBytes: number
  /** The tournament's own path: empty for the default one. */
  base: string
  token: string
  form: DraftForm
  files: ReadonlyMap<string, HeldFile>
  /** The club that is named, where it has entered teams before. */
  club: KnownClub | undefined
  /** What is told beside its field. */
  errors: readonly FieldError[]
  /** Everything that would be wrong if the form were sent now. */
  standing: readonly FieldError[]
  /** The field to go on in. */
  focus: string | undefined
  /** Whether something was kept already: its link is worth showing. */
  isKept: boolean
  savedUrl: string
}

export function RegistrationPage(props: FormProps) {
  return (
    <Page title={m.form_title()} tournamentName={props.tournamentName} homeHref={`${props.base}/`} isPrivate>
      <Heading
        title={m.form_title()}
        lead={m.form_lead({ min: props.squad.min, max: props.squad.max, fee: props.feeText })}
      />
      <RegistrationForm {...props} />
    </Page>
  )
}

/** One form for the whole registration; each section is checked by the server as it is left, and kept as it is typed. */
export function RegistrationForm(props: FormProps) {
  const action = `${props.base}/register`
  return (
    <form
      id="registration"
      class="registration-form"
      method="post"
      action={action}
      enctype="multipart/form-data"
      noValidate
      hx-post={action}
      hx-target="this"
      hx-swap="outerHTML"
      hx-sync="this:drop"
    >
      <input type="hidden" name="draft" value={props.token} />
      {/* Enter in a field sends the form rather than pressing the first button, which would remove something. */}
      <button type="submit" class="sr-only" tabIndex={-1} aria-hidden="true">
        {m.form_send()}
      </button>
      <ErrorSummary title={m.form_wrong_title()} errors={summaryOf(props)} />
      <FormProgress {...props} />
      <div {...KEEPS_WHAT_IS_TYPED} hx-post={`${action}/draft`} />
      <TeamSection {...props} />
      <ContactSection {...props} whose="captain" title={m.form_captain()} lead={m.form_captain_lead()} />
      <ContactSection {...props} whose="viceCaptain" title={m.form_vice_captain()} lead={m.form_vice_captain_lead()} />
      <PlayersSection {...props} />
      <DocumentsSection {...props} />
      <ReviewSection {...props} />
      <SendSection {...props} action={action} />
      <div class="form-status">
        <RequestStatus />
        <SaveStatus />
      </div>
      <UploadProgress />
    </form>
  )
}

/** The browser finishes it although the page is left. */
const KEEPS_WHAT_IS_TYPED = {
  hidden: true,
  'hx-trigger': 'draft:changed from:"closest form"',
  'hx-include': 'closest form',
  'hx-encoding': 'application/x-www-form-urlencoded',
  'hx-config': 'keepalive:true',
  'hx-swap': 'none',
  'hx-sync': 'this:replace',
}

function SendSection({ action, isKept, savedUrl }: FormProps & { action: string }) {
  return (
    <Card id="send" title={m.form_send_title()} lead={m.form_send_lead()}>
      <div class="form-actions">
        <Button
          type="submit"
          kind="primary"
          isBlock
          busyLabel={m.form_sending()}
          attributes={{ 'data-waiting-label': m.form_sending_waits() }}
        >
          {m.form_send()}
        </Button>
        <Button
          type="submit"
          kind="secondary"
          isBlock
          formaction={`${action}/draft`}
          formnovalidate
          attributes={{
            'hx-post': `${action}/draft`,
            'hx-target': '#kept',
            'hx-swap': 'outerHTML',
            'hx-encoding': 'application/x-www-form-urlencoded',
          }}
        >
          {m.form_save_for_later()}
        </Button>
      </div>
      {isKept ? <KeptNotice savedUrl={savedUrl} /> : <div id="kept" />}
    </Card>
  )
}

/** That the form is kept, and the way back to it. */
export function KeptNotice({ savedUrl, takesFocus }: { savedUrl: string; takesFocus?: boolean }) {
  return (
    <div id="kept" class="kept" tabIndex={-1} {...(takesFocus && FOCUSED)}>
      <p>{m.form_kept()}</p>
      <p>
        <a href={savedUrl}>{savedUrl}</a>
      </p>
    </div>
  )
}
