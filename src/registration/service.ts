import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { retryTransient } from '#src/db/retry.ts'
import { findUploads } from '#src/documents/service.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import type { Door } from '#src/idempotency/model.ts'
import { findAnswer, findKeptAnswer, fingerprint } from '#src/idempotency/service.ts'
import type { TeamState } from '#src/teams/model.ts'
import { type AddTeamOutcome, addTeam, type TeamEntry } from '#src/teams/service.ts'
import { registrationWindow } from '#src/tournaments/model.ts'
import { checkForm, type RegistrationForm } from './check.ts'
import { checkDocuments, type MissingField, type NamedDocument } from './check-documents.ts'
import { type Prepared, prepareEntry } from './prepare.ts'
import { type EntrySecrets, newSecrets, openSecrets } from './secrets.ts'
import { contentOfFiles, keepDocuments, type SentFiles } from './sent-files.ts'

export {
  type DraftPerson,
  eraseFromDraft,
  forgetDraftsOf,
  listDraftPeople,
  listFilesOfParts,
  listPeopleOfDrafts,
} from './form/draft-people.ts'
export { DRAFT_DAYS, expireDrafts } from './form/drafts.ts'
export type { SentFile } from './sent-files.ts'

const REFERENCE_TRIES = 3

/** What a door hands over. A draft brings its own files, some forms theirs; elsewhere the body names uploads. */
export type Submission = {
  body: unknown
  door: Door
  key?: string
  draft?: { id: string; documents: NamedDocument[] }
  sent?: SentFiles
  /** What the door itself found wrong: told with everything else. */
  alsoWrong?: readonly FieldError[]
  missingField: MissingField
}

export type Registered = { id: string; state: TeamState; code: string; replayed: boolean } & EntrySecrets

/**
 * Registers a team, or gives the first answer again when the same key comes with the same content.
 * Throws VALIDATION_FAILED with every wrong field, REGISTRATION_CLOSED, CLUB_LIMIT_REACHED, DUPLICATE_TEAM_NAME,
 * DUPLICATE_CAPTAIN_EMAIL, TOURNAMENT_FULL, IDEMPOTENCY_KEY_REUSED, REQUEST_IN_PROGRESS.
 */
export async function registerTeam(
  ctx: AppContext,
  tournament: Tournament,
  submission: Submission,
): Promise<Registered> {
  const { form, errors } = checkForm(tournament, submission.body)
  errors.push(...(submission.alsoWrong ?? []))
  const content = submission.key === undefined ? undefined : fingerprint(contentOf(form, submission))
  const isFormRight = errors.length === 0
  const replayed = isFormRight && (await findReplay(ctx, tournament, submission, content))
  if (replayed) return told(ctx, submission.door, replayed)

  const named = submission.draft?.documents ?? (await resolveUploads(ctx, tournament, form, errors))
  const files = submission.sent?.files ?? named
  errors.push(...checkDocuments(tournament, files, form.players.length, submission.missingField))
  if (errors.length > 0) {
    // The first sending may have committed, and bound the uploads, between the look for its answer and the look for them.
    const late = isFormRight && (await findReplay(ctx, tournament, submission, content))
    if (late) return told(ctx, submission.door, late)
    throw new AppError('VALIDATION_FAILED', { errors })
  }
  const closed = whyClosed(ctx, tournament)
  if (closed !== undefined) throw new AppError('REGISTRATION_CLOSED', { message: closed })

  const { door, key, sent } = submission
  const documents = sent ? await keepDocuments(ctx, tournament, sent) : named
  const registered = await add(ctx, tournament, {
    form,
    documents,
    door,
    key,
    fingerprint: content,
    draftId: submission.draft?.id,
  })
  return told(ctx, door, registered)
}

/** What a repetition has to bring again. */
const contentOf = (form: RegistrationForm, { draft, sent }: Submission) =>
  draft ? { form, draft: draft.documents } : sent ? { form, files: contentOfFiles(sent) } : form

function told(ctx: AppContext, door: Door, registered: Registered): Registered {
  const { id: teamId, state, replayed } = registered
  const fields = { teamId, door }
  if (replayed) ctx.log.info(fields, 'registration.replayed')
  else if (state === 'waitlisted') ctx.log.info(fields, 'registration.waitlisted')
  else ctx.log.info(fields, 'registration.received')
  return registered
}

/** Why entries are not taken now, in a sentence; undefined while they are. */
export function whyClosed(ctx: AppContext, tournament: Tournament): string | undefined {
  const when = registrationWindow(tournament, ctx.now())
  if (when === 'open') return undefined
  return when === 'not_yet' ? m.registration_not_yet_open() : m.registration_over()
}

/** The answer to a form that was sent, while it is kept: whoever holds the form's token may see it again. */
export async function findSentForm(
  ctx: AppContext,
  tournamentId: string,
  token: string,
): Promise<Registered | undefined> {
  const kept = await findKeptAnswer(ctx, tournamentId, 'form', token)
  return (
    kept && replay(ctx, { id: kept.teamId, state: kept.state as TeamState, code: kept.code, secrets: kept.secrets })
  )
}

async function findReplay(
  ctx: AppContext,
  tournament: Tournament,
  { door, key }: Submission,
  content: Uint8Array | undefined,
): Promise<Registered | undefined> {
  if (key === undefined || content === undefined) return undefined
  const kept = await findAnswer(ctx, tournament.id, door, key, content)
  return (
    kept && replay(ctx, { id: kept.teamId, state: kept.state as TeamState, code: kept.code, secrets: kept.secrets })
  )
}

function replay(
  ctx: AppContext,
  kept: { id: string; state: TeamState; code: string; secrets: Uint8Array },
): Registered {
  const secrets = openSecrets(ctx, kept.secrets)
  if (!secrets) throw new AppError('CONFLICT', { message: m.registration_answer_unreadable() })
  return { id: kept.id, state: kept.state, code: kept.code, replayed: true, ...secrets }
}

/** The uploads that a body names; those that cannot be used are added to the errors. */
async function resolveUploads(
  ctx: AppContext,
  tournament: Tournament,
  form: RegistrationForm,
  errors: FieldError[],
): Promise<NamedDocument[]> {
  const named = [
    ...form.documents.map((id, index) => ({ id, field: `documents[${index}]`, player: null })),
    ...form.players.flatMap((player, index) =>
      player.documents.map((id, position) => ({
        id,
        field: `players[${index}].documents[${position}]`,
        player: index,
      })),
    ),
  ]
  if (named.length === 0) return []
  const uploads = await findUploads(ctx, tournament.id, [...new Set(named.map(({ id }) => id))])
  const byId = new Map(uploads.map((upload) => [upload.id, upload]))
  return named.flatMap(({ id, field, player }) => {
    const upload = byId.get(id)
    if (upload) return [{ field, player, uploadId: upload.uploadId, kind: upload.kind }]
    errors.push({ field, code: 'upload', message: m.rules_upload_unknown() })
    return []
  })
}

async function add(ctx: AppContext, tournament: Tournament, prepared: Prepared): Promise<Registered> {
  for (let attempt = 1; ; attempt += 1) {
    const secrets = newSecrets()
    const entry = prepareEntry(ctx, tournament, prepared, secrets)
    const outcome = await addOnce(ctx, entry)
    if (outcome.outcome === 'added' || (outcome.outcome === 'replayed' && outcome.id === entry.team.id))
      return { id: outcome.id, state: outcome.state, code: outcome.code, replayed: false, ...secrets }
    if (outcome.outcome === 'replayed') return replay(ctx, { ...outcome, secrets: Buffer.from(outcome.secrets, 'hex') })
    if (outcome.outcome === 'REFERENCE_TAKEN' && attempt < REFERENCE_TRIES) continue
    throw refusalOf(tournament, prepared, outcome)
  }
}

/** Where the connection broke before the answer it is sent again, as the team's id, made beforehand, tells whether it is there by now. */
const addOnce = (ctx: AppContext, entry: TeamEntry): Promise<AddTeamOutcome> =>
  retryTransient(
    (attempt) => addTeam(ctx.db.locking, attempt === 1 ? entry : { ...entry, isRepeat: true, waitsForKey: true }),
    { safe: 'anyway' },
  )

type Refusal = Exclude<AddTeamOutcome, { id: string }>
type Refused = Refusal['outcome']

function refusalOf(tournament: Tournament, prepared: Prepared, { outcome, refused }: Refusal): AppError {
  if (outcome === 'REFERENCE_TAKEN') return new AppError('INTERNAL_ERROR')
  if (outcome === 'UPLOADS_TAKEN') {
    const errors = prepared.documents.map(({ field }) => ({ field, code: 'upload', message: m.rules_upload_unknown() }))
    return new AppError('VALIDATION_FAILED', { errors })
  }
  const errors = (refused ?? []).map((code) => {
    const [field, message] = fieldAndSentence(tournament, code)
    return { field, code: code.toLowerCase(), message }
  })
  return new AppError(outcome, { message: fieldAndSentence(tournament, outcome)[1], errors })
}

function fieldAndSentence(
  tournament: Tournament,
  outcome: Exclude<Refused, 'REFERENCE_TAKEN' | 'UPLOADS_TAKEN'>,
): [field: string, message: string] {
  switch (outcome) {
    case 'CLUB_LIMIT_REACHED':
      return [
        'clubName',
        m.registration_club_limit({ max: tournament.teamsPerClub ?? 0, club: tournament.clubLabel.toLowerCase() }),
      ]
    case 'DUPLICATE_TEAM_NAME':
      return ['teamName', m.registration_team_name_taken()]
    case 'DUPLICATE_CAPTAIN_EMAIL':
      return ['captain.email', m.registration_captain_email_taken()]
    case 'TOURNAMENT_FULL':
      return ['', m.registration_full()]
    case 'REGISTRATION_CLOSED':
      return ['', m.registration_over()]
    case 'IDEMPOTENCY_KEY_REUSED':
      return ['', m.registration_key_reused()]
    case 'REQUEST_IN_PROGRESS':
      return ['', m.registration_in_progress()]
  }
}
