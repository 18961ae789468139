/** Writes docs/ERRORS.md from the table of refusals; a test keeps it current. */
import { join } from 'node:path'
import { EXPLAINED, SCENARIOS } from '#src/errors/explained.ts'
import { ERRORS, type ErrorCode } from '#src/errors.ts'

export const ERRORS_FILE = join(import.meta.dir, '../docs/ERRORS.md')

/** The page, as Markdown. */
export function errorsPage(): string {
  const codes = Object.entries(ERRORS) as [ErrorCode, (typeof ERRORS)[ErrorCode]][]
  return [
    '# Refusals',
    '',
    'Made from `src/errors.ts` by `bun scripts/errors.ts`. Codes are public: a version may add some, and never changes or removes one.',
    '',
    'Under `/api/` a refusal is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `code`, `request_id` and `errors`;',
    'a page shows the sentence, the request id and the way on. The request id is in the log as `requestId`.',
    '',
    '| code | status | sentence |',
    '|---|---|---|',
    ...codes.map(([code, [status, sentence]]) => `| [${code}](#${code.toLowerCase()}) | ${status} | ${sentence} |`),
    '',
    ...codes.flatMap(([code, [status]]) => [
      `## ${code}`,
      '',
      `Status ${status}.`,
      '',
      `- **When**: ${EXPLAINED[code].when}`,
      `- **The client**: ${EXPLAINED[code].client}`,
      `- **The organiser**: ${EXPLAINED[code].organiser}`,
      '',
    ]),
    '# Worked scenarios',
    '',
    ...SCENARIOS.flatMap(({ title, steps }) => [
      `## ${title}`,
      '',
      ...steps.map((step, index) => `${index + 1}. ${step}`),
      '',
    ]),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n')
}

if (import.meta.main) await Bun.write(ERRORS_FILE, errorsPage())
