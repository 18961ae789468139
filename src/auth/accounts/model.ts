import type { Role } from '#src/permissions.ts'
import type { StaffAccount } from '#src/staff/model.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long each of the addresses sent to staff is good. */
export const INVITATION_MS = 7 * DAY_MS
export const RESET_MS = HOUR_MS
export const EMAIL_CHANGE_MS = DAY_MS
/** Whoever asks again and again for a new password fills nobody's mailbox: that many a day for an account. */
export const RESETS_A_DAY_MAX = 3
/** All in all, for a browser that the account knows: strangers have not used these up. */
export const KNOWN_RESETS_A_DAY_MAX = 6
/** To whatever address those who invite type: that many of a kind a day for an address. */
export const INVITATIONS_A_DAY_MAX = 5
/** To whatever address somebody types: that many a day for an account. */
export const EMAIL_CHANGES_A_DAY_MAX = 5

export const LINK_PURPOSES = ['invitation', 'password', 'email'] as const
export type LinkPurpose = (typeof LINK_PURPOSES)[number]
/** Which of the two addresses of a change: the present one, or the one to come. */
export type Side = 'present' | 'coming'

/** Where each of these addresses leads, before its token. */
export const LINK_PATHS: Record<LinkPurpose, string> = {
  invitation: '/invitation/',
  password: '/password-reset/',
  email: '/email-change/',
}

export type RoleGiven = { role: Role; tournamentId: string | null }

/** One account in the list. */
export type ListedAccount = {
  id: string
  name: string
  email: string
  state: AccountState
  hasFactor: boolean
  lastSeenAt: Date | null
  /** `tournament` null: for all. */
  roles: { role: Role; tournament: string | null }[]
}
/** One account on its page. */
export type SeenAccount = StaffAccount &
  Pick<ListedAccount, 'state' | 'hasFactor' | 'lastSeenAt'> & {
    /** Null where no link is left that opens anything. */
    invitationEndsAt: Date | null
  }
export type AccountState = 'invited' | 'active' | 'disabled'

/** A browser or a program that is signed in. */
export type ListedSession = {
  id: string
  kind: 'browser' | 'api'
  device: string
  createdAt: Date
  lastSeenAt: Date
  isThis: boolean
}

/** An address that waits to become the account's. */
export type PendingEmail = {
  id: string
  email: string
  expiresAt: Date
  presentConfirmedAt: Date | null
  comingConfirmedAt: Date | null
}
