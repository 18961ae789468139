import { MAIL_STATES, type Mail, type MailKind, type MailState } from '../model.ts'

export const SEARCH_LENGTH_MAX = 100
/** Held mails that one press of the button lets go. */
export const RELEASED_MAX = 200

/** `q`: words that all have to be found in the team or in the address. */
export type MailFilter = { state?: MailState; q?: string }

/** One line of the log. */
export type MailRow = {
  id: string
  kind: MailKind
  state: MailState
  toAddress: string
  toName: string
  team: { id: string; code: string; name: string } | null
  attempts: number
  lastAnswer: string | null
  nextTryAt: Date
  createdAt: Date
}

/** One mail with all that is known of it. */
export type LoggedMail = MailRow &
  Pick<Mail, 'tournamentId' | 'teamId' | 'data'> & {
    giveUpAt: Date | null
    sentAt: Date | null
    /** The latest tries, the oldest first. */
    history: { at: Date; state: MailState; answer: string }[]
  }

/** Whose mails are looked at: the tournament's, and for those who keep the accounts also the mails about them. */
export type Scope = { tournamentId: string; withAccounts: boolean }

/** From where the list goes on: towards newer or older mails than this one. */
export type MailPlace = { direction: 'after' | 'before'; id: string }

export const isMailState = (value: unknown): value is MailState => MAIL_STATES.some((state) => state === value)
