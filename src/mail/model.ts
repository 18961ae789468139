import type { Config } from '#src/config.ts'
import type { AppContext } from '#src/context.ts'

/** What mails tell: each kind is one message of the tournament. */
export type MailKind = 'received' | 'waiting_list' | 'approved' | 'rejected' | 'withdrawn'

/**
 * `queued` → `sending` → `sent`, or `retrying` and again `sending`, or `failed`. `held` ones are kept, and go out when staff say so.
 */
export type MailState = 'queued' | 'sending' | 'sent' | 'retrying' | 'failed' | 'held'

/** A message as a row of the mail log: whom and what about, in data; never a secret, never a link. */
export type Mail = {
  id: string
  tournamentId: string | null
  teamId: string | null
  kind: MailKind
  toAddress: string
  toName: string
  data: Record<string, string | number | null>
}

/** What is to be written to the mail log. */
export type NewMail = Mail & { state: 'queued' | 'held'; nextTryAt: string }

/** What a mail says, made as it is sent. */
export type Content = { subject: string; text: string; html: string; fromName?: string; replyTo?: string }

/** Makes a mail's content, its links included; the earlier ones of a mail that is sent again stay valid. */
export type Compose = (ctx: AppContext, mail: Mail) => Promise<Content>

/** Mail needs a server to hand it to, and an address that its links can name. */
export const canDeliver = (config: Config) => config.smtpServer !== undefined && config.publicUrl !== undefined

/** A mail to post. Where mail cannot be delivered it is held; nothing pretends. `notBefore` lets it wait. */
export function newMail(ctx: AppContext, { notBefore, ...mail }: Omit<Mail, 'id'> & { notBefore?: Date }): NewMail {
  const nextTryAt = (notBefore ?? ctx.now()).toISOString()
  return { id: Bun.randomUUIDv7(), ...mail, state: canDeliver(ctx.config) ? 'queued' : 'held', nextTryAt }
}
