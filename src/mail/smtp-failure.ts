import { checkEmail } from '#src/lib/names.ts'

const ANSWER_LENGTH_MAX = 500
/** What SMTP calls a permanent negative reply (RFC 5321, section 4.2.1). */
const PERMANENT_FROM = 500
/** Answers to these are about one message; answers to all others, and silence, are about the server or our account there. */
const ABOUT_THE_MESSAGE = new Set(['RCPT TO', 'DATA'])

/** What stands for an answer where the server gave none. */
const SILENT: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'The mail server did not answer in time.',
  ECONNECTION: 'The mail server ended the connection without an answer.',
}

/** How a try failed. `isFinal`: this message will never be taken. `isTheServers`: any other message would have failed as well. */
export type SmtpFailure = { answer: string; isFinal: boolean; isTheServers: boolean; code: string }

/** A message that cannot be put on the wire, whoever would send it. */
export class UnsendableMail extends Error {
  override readonly name = 'UnsendableMail'
}

/** Throws UnsendableMail: what is no plain address could carry commands or further headers. */
export function requireAddress(address: string): string {
  if (checkEmail(address)) throw new UnsendableMail('This is no e-mail address.')
  return address
}

/** Reads what nodemailer threw; `secrets` do not appear in the answer. */
export function readFailure(error: unknown, secrets: readonly string[]): SmtpFailure {
  const { message, response, responseCode, command, code } = error as Record<string, unknown>
  const said =
    typeof response === 'string' && response !== '' ? response : (SILENT[String(code)] ?? String(message ?? error))
  const answer = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), said)
  const isAboutMessage = ABOUT_THE_MESSAGE.has(String(command)) && typeof responseCode === 'number'
  return {
    answer: oneLine(answer),
    isFinal: error instanceof UnsendableMail || (isAboutMessage && (responseCode as number) >= PERMANENT_FROM),
    isTheServers: !isAboutMessage && !(error instanceof UnsendableMail),
    code: String(responseCode ?? code ?? 'unknown'),
  }
}

/** One line of text, of a bounded length. */
export const oneLine = (text: string) =>
  text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, ANSWER_LENGTH_MAX)
