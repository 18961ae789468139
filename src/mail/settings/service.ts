import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { checkEmail, tidy } from '#src/lib/names.ts'
import type { Actor } from '#src/permissions.ts'
import { forgetTournaments, type MailSettings, updateMailSettings } from '#src/tournaments/service.ts'
import { tryWaiting } from '../store.ts'

export const SENDER_LENGTH_MAX = 80
/** Control characters, and those that turn the direction of what follows: a sender's name reads as it is typed. */
const UNSEEN = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/

/** As a form sends them: text, empty where there is none. */
export type TypedMailSettings = Record<keyof MailSettings, string>

/** How the tournament's mails are sent from now on, those that wait for the end of quiet hours too. Throws VALIDATION_FAILED naming each wrong field. */
export async function saveMailSettings(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  typed: TypedMailSettings,
): Promise<void> {
  const settings = {
    mailFromName: tidy(typed.mailFromName) || null,
    mailReplyTo: typed.mailReplyTo.trim() || null,
    quietFrom: typed.quietFrom.trim() || null,
    quietTo: typed.quietTo.trim() || null,
  }
  const errors = wrongIn(settings)
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors })
  await ctx.db.write.begin(async (tx) => {
    await updateMailSettings(tx, tournament.id, settings)
    await tryWaiting(tx, tournament.id, ctx.now())
    const before = pick(tournament)
    await record(tx, { event: 'mail.settings-changed', actor, tournamentId: tournament.id, before, after: settings })
  })
  forgetTournaments(ctx.db)
}

const pick = ({ mailFromName, mailReplyTo, quietFrom, quietTo }: Tournament): MailSettings => ({
  mailFromName,
  mailReplyTo,
  quietFrom,
  quietTo,
})

function wrongIn({ mailFromName, mailReplyTo, quietFrom, quietTo }: MailSettings): FieldError[] {
  const errors: FieldError[] = []
  const add = (field: keyof MailSettings, code: string, message: string) => errors.push({ field, code, message })
  if (mailFromName !== null && [...mailFromName].length > SENDER_LENGTH_MAX)
    add('mailFromName', 'length', m.letters_length({ max: SENDER_LENGTH_MAX }))
  else if (mailFromName !== null && UNSEEN.test(mailFromName)) add('mailFromName', 'characters', m.letters_characters())
  const wrong = mailReplyTo === null ? undefined : checkEmail(mailReplyTo)
  if (wrong) add('mailReplyTo', wrong.code, wrong.message)
  const times = { quietFrom, quietTo }
  for (const [field, time] of Object.entries(times) as [keyof typeof times, string | null][])
    if (time !== null && !TIME.test(time)) add(field, 'time', m.mail_settings_time())
  if ((quietFrom === null) !== (quietTo === null))
    add(quietFrom === null ? 'quietFrom' : 'quietTo', 'required', m.mail_settings_both())
  else if (quietFrom !== null && quietFrom === quietTo) add('quietTo', 'equal', m.mail_settings_equal())
  return errors
}
