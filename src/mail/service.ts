import type { Queryable } from '#src/db/client.ts'
import type { NewMail } from './model.ts'
import { insertMail } from './store.ts'

export { type MailOffice, startMail } from './office.ts'

/** Posts the mail in the transaction that causes it: with that it is delivered, or never was. */
export const postMail = (tx: Queryable, mail: NewMail): Promise<void> => insertMail(tx, mail)
