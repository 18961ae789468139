import { m } from '#messages'
import { checkEmail } from '#src/lib/names.ts'

const ANSWER_LENGTH_MAX = 500
/** What SMTP calls a permanent negative reply (RFC 5321, section 4.2.1). */
const PERMANENT_FROM = 500
/** Answers to these are about one message; answers to all others, and silence, are about the server or our account there. */
const ABOUT_THE_MESSAGE = new Set(['RCPT TO', 'DATA'])

/** How a try failed. `isFinal`: this message will never be taken. `isTheServers`: any other message would have failed as well. */
export type SmtpFailure = { answer: string; isFinal: boolean; isTheServers: boolean; code: string }

/** A message that cannot be put on the wire, whoever would send it. */
export class UnsendableMail extends Error {
  override readonly name = 'UnsendableMail'
}

/** Throws UnsendableMail: what is no plain address could carry commands or further headers. */
export function requireAddress(address: string): string {
  if (checkEmail(address)) throw new UnsendableMail(m.mail_answer_no_address())
  return address
}

/** Reads what nodemailer threw; `secrets` do not appear in the answer. */
export function readFailure(error: unknown, secrets: readonly string[]): SmtpFailure {
  const { message, response, responseCode, command, code } = error as Record<string, unknown>
  const said = typeof response === 'string' && response !== '' ? response : undefined
  const answer = secrets.reduce(
    (text, secret) => text.replaceAll(secret, '…'),
    explain(code, said, String(message ?? error)),
  )
  const isAboutMessage = ABOUT_THE_MESSAGE.has(String(command)) && typeof responseCode === 'number'
  return {
    answer: oneLine(answer),
    isFinal: error instanceof UnsendableMail || (isAboutMessage && (responseCode as number) >= PERMANENT_FROM),
    isTheServers: !isAboutMessage && !(error instanceof UnsendableMail),
    code: String(responseCode ?? code ?? 'unknown'),
  }
}

/** What staff read: the server's words where there are any, with what they are about where that is not the message. */
function explain(code: unknown, said: string | undefined, message: string): string {
  if (code === 'ETLS') return m.mail_answer_no_encryption({ answer: said ?? message })
  if (code === 'EAUTH') return m.mail_answer_sign_in({ answer: said ?? message })
  if (said !== undefined) return said
  if (code === 'ETIMEDOUT') return m.mail_answer_timeout()
  return code === 'ECONNECTION' ? m.mail_answer_closed() : message
}

/** One line of text, of a bounded length. */
export const oneLine = (text: string) =>
  text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, ANSWER_LENGTH_MAX)
