import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, may, type StaffActor } from '#src/permissions.ts'
import { issueEntryLink } from '#src/teams/service.ts'
import { LETTERS } from '../letters/kinds.ts'
import { hasLink, noLink, textOf, type WrittenLetter, writeLetter } from '../letters/write.ts'
import type { LoggedMail } from './model.ts'

/** WhatsApp takes long texts, but browsers and phones cut long addresses. */
const ADDRESS_LENGTH_MAX = 4000

/** A message as somebody passes it on by hand. */
export type ByHand = {
  subject: string
  text: string
  /** Opens WhatsApp with it, written to the captain; undefined where the mail is about no team. */
  whatsapp: string | undefined
  /** Opens the person's own mail program with it. */
  mailto: string | undefined
  /** Whether a link stands in it that opens something. */
  isLinked: boolean
}

/** A mail of the log, or what one would be. */
type Passed = Pick<LoggedMail, 'tournamentId' | 'teamId' | 'kind' | 'toAddress' | 'toName' | 'data'>

/** Whether the message is of use by hand only with a link that this person may make. */
export const canIssueLink = (actor: Actor, tournament: Tournament, mail: Passed, letter: WrittenLetter) =>
  mail.teamId !== null &&
  LETTERS[mail.kind].link === 'entry' &&
  hasLink(letter) &&
  may(actor, 'registrations.edit', tournament.id)

/** The message as it reads, without a link. `maySeeContacts`: with addresses to send it to. */
export const withoutLink = (mail: Passed, letter: WrittenLetter, maySeeContacts: boolean): ByHand =>
  byHand(mail, letter, undefined, maySeeContacts)

/**
 * The message with a link to the team's page made for this, which is audited. `origin` is where people reach the server.
 * Throws FORBIDDEN for actors who may issue none.
 */
export async function passOn(
  ctx: AppContext,
  actor: StaffActor,
  tournament: Tournament,
  mail: Passed,
  origin: string,
): Promise<ByHand> {
  const letter = await writeLetter(ctx, mail)
  if (!canIssueLink(actor, tournament, mail, letter)) throw new AppError('FORBIDDEN')
  const token = await issueEntryLink(ctx, actor, { tournamentId: tournament.id, teamId: mail.teamId! })
  return byHand(mail, letter, new URL(`/entry/${token}`, origin).href, may(actor, 'contacts.see', tournament.id))
}

function byHand(mail: Passed, letter: WrittenLetter, link: string | undefined, maySeeContacts: boolean): ByHand {
  const text = textOf(letter, link ?? noLink(), { isByHand: true })
  const { subject } = letter.said
  const phone = maySeeContacts ? letter.team?.whatsapp : undefined
  return {
    subject,
    text,
    whatsapp: phone ? whatsappAddress(phone, text, link) : undefined,
    mailto: maySeeContacts && mail.toAddress !== '' ? mailtoAddress(mail.toAddress, subject, text, link) : undefined,
    isLinked: link !== undefined,
  }
}

/** `https://wa.me/<number>?text=…` (WhatsApp, "How to use click to chat"): the number as E.164 has it, without its plus. */
export const whatsappAddress = (phone: string, text: string, link?: string): string =>
  shortened(text, link, (some) => `https://wa.me/${phone.replace(/\D/g, '')}?text=${encodeURIComponent(some)}`)

/** RFC 6068; line ends are CRLF there. */
export const mailtoAddress = (address: string, subject: string, text: string, link?: string): string =>
  shortened(text, link, (some) => {
    const to = address.split('@').map(encodeURIComponent).join('@')
    return `mailto:${to}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(some.replaceAll('\n', '\r\n'))}`
  })

/** Leaves out the longest paragraphs until the address is short enough; the one with the link stays, and comes alone if need be. */
function shortened(text: string, link: string | undefined, address: (text: string) => string): string {
  const paragraphs = text.trim().split('\n\n')
  const keeps = (paragraph: string) => link !== undefined && paragraph.includes(link)
  while (address(paragraphs.join('\n\n')).length > ADDRESS_LENGTH_MAX) {
    const longest = paragraphs.filter((paragraph) => !keeps(paragraph)).sort((a, b) => b.length - a.length)[0]
    if (longest === undefined) return address(link ?? '')
    paragraphs.splice(paragraphs.indexOf(longest), 1)
  }
  return address(paragraphs.join('\n\n'))
}
