import { m } from '#messages'
import type { Config } from '#src/config.ts'
import type { AppContext } from '#src/context.ts'

/** What mails tell: each kind is one message, to a team's captain or to staff. */
export const MAIL_KINDS = [
  'received',
  'waiting_list',
  'promoted',
  'changes_requested',
  'approved',
  'rejected',
  'withdrawn',
  'reminder',
  'link',
  'staff_invited',
  'staff_role_given',
  'password_reset',
  'email_change',
  'email_confirm',
  'email_taken',
  'email_changed',
  'new_sign_in',
  'recovery_code_used',
  'token_reused',
  'notice',
  'test',
] as const
export type MailKind = (typeof MAIL_KINDS)[number]
export const isMailKind = (value: unknown): value is MailKind => MAIL_KINDS.some((kind) => kind === value)

/**
 * `queued` → `sending` → `sent`, or `retrying` and again `sending`, or `failed`. `held` ones are kept, and go out when staff say so.
 */
export const MAIL_STATES = ['queued', 'sending', 'retrying', 'failed', 'held', 'sent'] as const
export type MailState = (typeof MAIL_STATES)[number]

/** A message as a row of the mail log: whom and what about, in data; never a secret, never a link. */
export type Mail = {
  id: string
  tournamentId: string | null
  teamId: string | null
  kind: MailKind
  toAddress: string
  toName: string
  data: Record<string, string | number | null>
  /** Staff said so: quiet hours do not hold it up. */
  atOnce?: boolean
}

/** What is to be written to the mail log. */
export type NewMail = Mail & { state: 'queued' | 'held'; nextTryAt: string; createdAt: string }

/** What a mail says, made as it is sent. */
export type Content = { subject: string; text: string; html: string; fromName?: string; replyTo?: string }

/** Thrown while a mail is made: it is not to be sent before then. */
export class NotYet extends Error {
  readonly until: Date

  constructor(until: Date) {
    super(`Not before ${until.toISOString()}`)
    this.name = 'NotYet'
    this.until = until
  }
}

/** Makes a mail's content, its links included; the earlier ones of a mail that is sent again stay valid. Throws NotYet. */
export type Compose = (ctx: AppContext, mail: Mail) => Promise<Content>

/** Mail needs a server to hand it to, and an address that its links can name. */
export const canDeliver = (config: Config) => config.smtpServer !== undefined && config.publicUrl !== undefined

/** Why nothing is sent from here, and what to set; undefined where mail goes out. */
export function whyUnable(config: Config): string | undefined {
  if (canDeliver(config)) return undefined
  return config.smtpServer === undefined ? m.mail_no_server() : m.mail_no_public_url()
}

/** A mail to post. Where mail cannot be delivered, or its captain was erased, it is held; nothing pretends. `notBefore` lets it wait. */
export function newMail(ctx: AppContext, { notBefore, ...mail }: Omit<Mail, 'id'> & { notBefore?: Date }): NewMail {
  const createdAt = ctx.now().toISOString()
  const nextTryAt = notBefore?.toISOString() ?? createdAt
  return {
    id: Bun.randomUUIDv7(),
    ...mail,
    state: canDeliver(ctx.config) && mail.toAddress !== '' ? 'queued' : 'held',
    nextTryAt,
    createdAt,
  }
}
