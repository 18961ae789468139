import type { AppContext } from '#src/context.ts'
import { newEntryLink } from '#src/teams/service.ts'
import { type Compose, type Mail, NotYet } from '../model.ts'
import { LETTERS, type LinkKind } from './kinds.ts'
import { quietUntil } from './quiet.ts'
import { hasLink, htmlOf, noLink, textOf, tournamentOf, writeLetter } from './write.ts'

/** Makes a link for one sending of the mail: its path on this server, with a token in it. */
export type LinkMaker = (ctx: AppContext, mail: Mail) => Promise<string>

/** A link to the team's own page. */
const entryLink: LinkMaker = async (ctx, { teamId }) => {
  if (teamId === null) throw new Error('This mail is about no team.')
  return `/entry/${await newEntryLink(ctx, teamId, { madeFor: 'mail' })}`
}

/**
 * Makes mails' content as they are sent: the tournament's words, links made for this sending. `makers` make those of accounts. A mail
 * that is not urgent waits for the end of the tournament's quiet hours: NotYet.
 */
export function composer(makers: Partial<Record<LinkKind, LinkMaker>> = {}): Compose {
  const all: typeof makers = { entry: entryLink, system: async () => '/admin/system', ...makers }
  return async (ctx, mail) => {
    const tournament = await tournamentOf(ctx, mail)
    const { isUrgent, link } = LETTERS[mail.kind]
    const until = isUrgent || mail.atOnce ? undefined : quietUntil(tournament, ctx.now())
    if (until) throw new NotYet(until)
    const letter = await writeLetter(ctx, mail)
    // What the server itself tells about an account is no tournament's to sign, or to get answers to.
    const isTournaments = mail.tournamentId !== null
    const address = link && hasLink(letter) ? await makeLink(ctx, mail, all[link]) : undefined
    return {
      subject: letter.said.subject,
      text: textOf(letter, address ?? noLink()),
      html: htmlOf(letter, address),
      fromName:
        (isTournaments ? tournament.mailFromName : null) ??
        (LETTERS[mail.kind].to === 'team' ? tournament.name : ctx.config.appTitle),
      ...(isTournaments && tournament.mailReplyTo !== null && { replyTo: tournament.mailReplyTo }),
    }
  }
}

export const composeMail: Compose = composer()

async function makeLink(ctx: AppContext, mail: Mail, maker: LinkMaker | undefined): Promise<string> {
  if (!maker) throw new Error(`Nobody makes links of ${mail.kind} mails.`)
  return new URL(await maker(ctx, mail), ctx.config.publicUrl).href
}
