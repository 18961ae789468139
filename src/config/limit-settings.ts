import { aMinute, oneOf, type Setting, whole, yesNo } from './setting.ts'

/** How often, and what waits after wrong guesses; a part of the table of settings. */
export const LIMIT_SETTINGS = {
  enable_rate_limiting: { schema: yesNo(true), does: 'false lifts the limits on how often; for load tests only.' },
  rate_limit_store: {
    schema: oneOf(['memory', 'database'], 'memory'),
    does: 'memory counts for each process by itself, database for all of them together.',
  },
  rate_limit_requests: { schema: aMinute(30), does: 'Anonymous writes from one address.' },
  rate_limit_public: { schema: aMinute(100), does: 'Public pages.' },
  rate_limit_read: { schema: aMinute(60), does: 'API reads.' },
  rate_limit_write: { schema: aMinute(60), does: 'Writes of somebody signed in.' },
  rate_limit_download: { schema: whole(20, 1, 1_000_000, 'an hour'), does: 'Exports and archives.' },
  rate_limit_metadata: { schema: aMinute(30), does: 'Look-ups and checks of a form, by address.' },
  rate_limit_draft: { schema: aMinute(300), does: 'Look-ups and saved sections, by draft.' },
  rate_limit_search: { schema: aMinute(20), does: 'Searches.' },
  rate_limit_search_staff: { schema: aMinute(120), does: 'Searches of somebody signed in.' },
  rate_limit_admin: { schema: aMinute(1000), does: 'Staff pages and staff API requests.' },
  rate_limit_upload: { schema: aMinute(5), does: 'Submitted registrations, by address.' },
  rate_limit_file: { schema: aMinute(120), does: 'Files, by draft or address.' },
  rate_limit_bad_credentials: {
    schema: aMinute(60),
    does: 'Requests with a session or token that is none, by address.',
  },
  rate_limit_drafts: {
    schema: whole(20, 1, 10_000, 'drafts'),
    does: 'Drafts that one address may save at once, each with the full RATE_LIMIT_DRAFT and RATE_LIMIT_FILE.',
  },
  rate_limit_new_drafts: { schema: aMinute(60), does: 'Forms that are begun from one address.' },
  rate_limit_new_drafts_hour: {
    schema: whole(600, 1, 1_000_000, 'an hour'),
    does: 'Forms that are begun from one address within an hour.',
  },
  rate_limit_files_hour: {
    schema: whole(3000, 1, 1_000_000, 'an hour'),
    does: 'Files from one address within an hour; a village may share one.',
  },
  rate_limit_file_megabytes_hour: {
    schema: whole(20_480, 1, 1_000_000, 'MB an hour'),
    does: 'Size of all files from one address within an hour.',
  },
  guess_delay_first: {
    schema: whole(1, 1, 3600, 'seconds'),
    does: 'First wait after wrong passwords, PINs and links; each further failure doubles it.',
  },
  guess_delay_from: {
    schema: whole(5, 1, 1000, 'wrong guesses'),
    does: 'Which wrong guess at one account or reference is the first that makes the next one wait.',
  },
  guess_delay_max: { schema: whole(300, 1, 86_400, 'seconds'), does: 'Longest wait for one account or reference.' },
  guess_delay_from_address: {
    schema: whole(20, 1, 100_000, 'wrong guesses'),
    does: 'Which wrong guess from one address is the first that makes its next one wait.',
  },
  guess_delay_max_address: { schema: whole(60, 1, 86_400, 'seconds'), does: 'Longest wait for one address.' },
  guess_forgotten_after: {
    schema: whole(86_400, 60, 2_592_000, 'seconds'),
    does: 'Time without a wrong guess after which those before are forgotten.',
  },
} as const satisfies Record<string, Setting>
