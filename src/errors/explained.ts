import type { ErrorCode } from '#src/errors.ts'

/** What `docs/ERRORS.md` tells of a code: when it comes, what whoever sent the request does, what the organisers do. */
export type Explained = { when: string; client: string; organiser: string }

const NOTHING = 'Nothing.'
const ASK = 'Look the request id up in the log; the line says what was refused.'

/** Every code: the compiler refuses a table that leaves one out. */
export const EXPLAINED: Record<ErrorCode, Explained> = {
  MALFORMED_REQUEST: {
    when: 'The address or the body cannot be read: broken JSON, text that is not UTF-8, too many parts, values nested too deeply.',
    client: 'Mend the request; the same one is refused again.',
    organiser: NOTHING,
  },
  UNAUTHORIZED: {
    when: 'The address is for staff, and the request shows no session, access token or key, or one that has ended; or what was given to sign in does not fit.',
    client:
      'Sign in and ask again; with a token that is over, by POST /api/v1/auth/refresh. A page leads to the form and back by itself.',
    organiser: 'Invite whoever should have an account and has none.',
  },
  SECOND_FACTOR_REQUIRED: {
    when: 'What was asked for (an export, a key, a role, an erasure) needs a second factor, or the password of who has none, of the last ten minutes.',
    client: 'Confirm at /confirm, or POST /api/v1/auth/confirm, and ask again.',
    organiser: 'An owner resets the factor of whoever lost app and recovery codes.',
  },
  SECOND_FACTOR_SETUP_REQUIRED: {
    when: 'The role requires a second factor, and the seven days to set one up are over.',
    client: 'Set one up at /account/second-factor, or by POST /api/v1/auth/2fa/setup and 2fa/enable.',
    organiser: 'REQUIRE_SECOND_FACTOR=false lifts it, for everybody.',
  },
  FORBIDDEN: {
    when: 'The account or key is known, and its role or scopes do not allow this in this tournament; or the account is disabled, told after its right password.',
    client: 'Ask an administrator for the role, or for a key with the scope.',
    organiser: 'Give the role, where it was meant. A key can do no more than its maker still may.',
  },
  CSRF_FAILED: {
    when: 'A form or a write came from another site’s page, or its page was open for longer than its session.',
    client: 'Open the page again and send once more. A program with a cookie sends an Origin named in CORS_ORIGINS.',
    organiser: 'Behind a proxy: see that PUBLIC_URL is the address in people’s browsers.',
  },
  REGISTRATION_CLOSED: {
    when: 'Registration has not opened yet, or is over.',
    client: 'Read when it opens on the tournament’s page; what was typed is kept in the draft.',
    organiser: 'Move the window, where it was meant to be open.',
  },
  NOT_FOUND: {
    when: 'Nothing is at the address, or nothing that the asker may know of.',
    client: 'Check the address for a missing letter.',
    organiser: 'Send a new link to a captain whose own was cut off in a message.',
  },
  METHOD_NOT_ALLOWED: {
    when: 'The address is right and takes other methods.',
    client: 'Use one of those that `Allow` names.',
    organiser: NOTHING,
  },
  REQUEST_TIMEOUT: {
    when: 'The body came too slowly, or not to its end.',
    client: 'Send again over a better line; files that had arrived whole are still in the draft.',
    organiser: NOTHING,
  },
  CONFLICT: {
    when: 'The present state has no such move: a registration was moved, a second factor counts already, a refresh token was used by a request at the same time.',
    client:
      'Load it again and decide by what it is now; of a refresh token, go on with what the other request was given.',
    organiser: 'Read in its history who moved it, and when.',
  },
  REQUEST_IN_PROGRESS: {
    when: 'The same Idempotency-Key is being worked on at this moment.',
    client: 'Wait as long as `Retry-After` says, or a few seconds, and repeat with the same key.',
    organiser: NOTHING,
  },
  STALE_DECISION: {
    when: 'Somebody else changed the registration after the page was opened.',
    client: 'Load it again, look at what changed, decide anew.',
    organiser: NOTHING,
  },
  ALREADY_DECIDED: {
    when: 'The registration was approved or rejected before this decision came.',
    client: 'Nothing is left to do; the decision that stands is in its history.',
    organiser: 'An administrator reopens what was decided wrongly.',
  },
  DUPLICATE_TEAM_NAME: {
    when: 'A live registration of the tournament has the name, case and spacing ignored.',
    client: 'Choose another name.',
    organiser: 'Withdraw the other one, where a team was entered twice.',
  },
  DUPLICATE_CAPTAIN_EMAIL: {
    when: 'A live registration of the tournament has the captain’s e-mail, case ignored.',
    client: 'Open that entry by its reference and PIN, or give another e-mail.',
    organiser: 'Issue a new link to a captain who forgot the earlier entry.',
  },
  CLUB_LIMIT_REACHED: {
    when: 'The club has entered as many teams as the tournament lets one club enter.',
    client: 'Ask the organisers.',
    organiser: 'Raise the limit, or withdraw a team of the club.',
  },
  TOURNAMENT_FULL: {
    when: 'All places are taken and the tournament keeps no waiting list.',
    client: 'Ask the organisers.',
    organiser: 'Raise the capacity, or keep a waiting list.',
  },
  MAIL_NOT_SET_UP: {
    when: 'A message was to be sent, and the server has no mail server, or no PUBLIC_URL that its links could name.',
    client: 'Pass the message on by hand: the mail log shows it, to be copied or opened in WhatsApp.',
    organiser: 'Set SMTP_SERVER, SMTP_FROM_EMAIL and PUBLIC_URL, and start the server again.',
  },
  LINK_EXPIRED: {
    when: 'The link was right once: it has run out, was revoked, or was used.',
    client: 'Open the entry by reference and PIN, or ask for a new link.',
    organiser: 'Issue a new link. A set-up address comes anew at every start without an owner.',
  },
  BODY_TOO_LARGE: {
    when: 'The body is larger than the address takes.',
    client: 'Send less at once.',
    organiser: 'See that a proxy in front allows 180 MB, where whole forms are refused.',
  },
  FILE_TOO_LARGE: {
    when: 'One file is larger than the tournament takes, 5 MB unless it says otherwise.',
    client: 'Send a smaller picture or a PDF of fewer pages.',
    organiser: NOTHING,
  },
  UNSUPPORTED_FILE_TYPE: {
    when: 'By its first bytes the file is none of PDF, PNG, JPEG, WebP and HEIC, whatever its name says.',
    client: 'Photograph the document, or save it as PDF.',
    organiser: NOTHING,
  },
  UNSUPPORTED_MEDIA_TYPE: {
    when: 'The body’s Content-Type or Content-Encoding is not one that the address takes.',
    client: 'Send the type that the API documentation names, uncompressed.',
    organiser: NOTHING,
  },
  WRONG_HOST: {
    when: 'The request named a host that is not this server’s.',
    client: 'Use the address that the organisers give.',
    organiser: 'Set PUBLIC_URL to the address that people use, and let the proxy pass the Host on.',
  },
  VALIDATION_FAILED: {
    when: 'Fields are missing or wrong; `errors` names every one at once.',
    client: 'Mend the fields named and send again; nothing that was typed is lost.',
    organiser: NOTHING,
  },
  IDEMPOTENCY_KEY_REUSED: {
    when: 'The Idempotency-Key came before with other content.',
    client: 'Use a new key for a new request.',
    organiser: NOTHING,
  },
  RATE_LIMITED: {
    when: 'More requests came than the tier allows, or too many wrong passwords, PINs or links.',
    client: 'Wait as long as `Retry-After` says.',
    organiser: 'Name the proxy in TRUSTED_PROXIES, where everybody seems to share one address.',
  },
  INTERNAL_ERROR: {
    when: 'Something failed that nobody foresaw.',
    client: 'Try again; if it stays, tell the organisers the request id.',
    organiser: ASK,
  },
  DATABASE_UNAVAILABLE: {
    when: 'The database does not answer, or is restarting.',
    client: 'Repeat after `Retry-After`, with the same Idempotency-Key.',
    organiser: 'Look at `/readyz` and the log: the event `database.unavailable` says why.',
  },
  STORAGE_UNAVAILABLE: {
    when: 'Files cannot be stored: the disk is nearly full, cannot be written, or the waiting files have used up their share.',
    client: 'Try again later; a registration without files still works.',
    organiser: 'Free disk space: uploads go on above 1 GB.',
  },
  MAIL_UNAVAILABLE: {
    when: 'A message could not be given to the mail server.',
    client: 'Nothing: the message is kept and tried again.',
    organiser: 'Check the mail settings; the mail log shows what waits.',
  },
  SERVER_BUSY: {
    when: 'There is more to do than the server can do in time: the request’s deadline passed, a lock was not had in time, or too much waits already. Nothing is half done.',
    client: 'Repeat after `Retry-After`, with the same Idempotency-Key.',
    organiser: 'Nothing, where it passes; else look at `sqlMs` in the log’s lines and at the machine’s load.',
  },
  SERVICE_STOPPING: {
    when: 'The server has been told to stop and takes nothing new.',
    client: 'Repeat after `Retry-After`, with the same Idempotency-Key.',
    organiser: 'Nothing, where it is an upgrade; else see what stopped it.',
  },
}

/** What happens to people, from their side to ours. */
export const SCENARIOS: readonly { title: string; steps: readonly string[] }[] = [
  {
    title: 'The network goes away while a team is being registered',
    steps: [
      'A client sends `POST /api/v1/registrations` with an Idempotency-Key, and no answer comes.',
      'It sends the same body with the same key. While the first is worked on the answer is 409 REQUEST_IN_PROGRESS; after it, 201 with the first answer and `Idempotent-Replayed: true`.',
      'With another body under that key the answer is 422 IDEMPOTENCY_KEY_REUSED: nothing was registered twice.',
    ],
  },
  {
    title: 'Two reviewers decide at once',
    steps: [
      'Both open the same registration; one approves it.',
      'The other’s decision is refused: 409 ALREADY_DECIDED, or STALE_DECISION where it was only changed.',
      'The page is loaded again and shows who decided, and when.',
    ],
  },
  {
    title: 'A captain cannot come in',
    steps: [
      'The link answers 410 LINK_EXPIRED; reference and PIN open the entry.',
      'Wrong PINs are answered with 422 and, from the fifth, with 429 RATE_LIMITED and a wait.',
      'The organisers issue a new link; earlier ones stay as they were.',
    ],
  },
  {
    title: 'The database is restarted during the rush',
    steps: [
      'Requests that need it are answered with 503 DATABASE_UNAVAILABLE and `Retry-After: 5`; `/readyz` says 503 meanwhile.',
      'Whoever repeats with the same key gets the one answer; what was acknowledged before is there.',
    ],
  },
]
