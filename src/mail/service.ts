import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { drain } from '#src/lib/drain.ts'
import { canDeliver, type NewMail } from './model.ts'
import * as store from './store.ts'

export { composeMail, composer, type LinkMaker } from './letters/compose.ts'
export type { LinkKind } from './letters/kinds.ts'
export { postStaffMail, postTeamMail } from './letters/post.ts'
export { missingDocuments } from './letters/values.ts'
export { requestEntryLink } from './links/request.ts'
export { mailtoAddress, whatsappAddress } from './log/pass-on.ts'
export { type MailOffice, startMail } from './office.ts'
export { remindOfMissing, remindTeam } from './reminders/remind.ts'
export { UnsendableMail } from './smtp-failure.ts'
export { countStaffMails, eraseFromMails } from './store.ts'

/** How long the mail log keeps what was sent, failed or held. */
export const MAIL_DAYS = 365
const DAY_MS = 86_400_000
const MAILS_A_BATCH = 1000
const MAIL_BATCHES_MAX = 100

/** Posts the mail in the transaction that causes it: with that it is delivered, or never was. */
export const postMail = (tx: Queryable, mail: NewMail): Promise<void> => store.insertMail(tx, mail)

/**
 * Sends a mail that was held, failed or even sent: with its Message-ID, and links made anew. False where it is being sent just now, is not
 * there, or mail cannot be delivered.
 */
export const sendAgain = async (ctx: AppContext, id: string): Promise<boolean> =>
  canDeliver(ctx.config) && (await store.requeueMail(ctx.db.write, id, ctx.now()))

/** Keeps a mail that waits until somebody sends it again. False where it does not wait any more. */
export const hold = (ctx: AppContext, id: string): Promise<boolean> => store.holdMail(ctx.db.write, id, ctx.now())

/** Deletes mails that are over and were made `MAIL_DAYS` ago, at most `MAIL_BATCHES_MAX` batches. How many. */
export function expireMails(ctx: AppContext, stopping?: AbortSignal): Promise<number> {
  const before = new Date(ctx.now().getTime() - MAIL_DAYS * DAY_MS)
  const batch = (size: number) => store.deleteOldMails(ctx.db.read, before, size)
  return drain(batch, { size: MAILS_A_BATCH, batchesMax: MAIL_BATCHES_MAX, stopping })
}
