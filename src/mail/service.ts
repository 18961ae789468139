import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { canDeliver, type NewMail } from './model.ts'
import * as store from './store.ts'

export { composeMail, composer, type LinkMaker } from './letters/compose.ts'
export { missingDocuments } from './letters/values.ts'
export { type MailOffice, startMail } from './office.ts'

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
