import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import type { Content, Mail, MailKind } from '#src/mail/model.ts'
import { newEntryLink } from '#src/teams/service.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { ENTRY_LINK_DAYS } from './prepare.ts'

const DAY_SECONDS = 86_400
/** Captains go on from these; the others end something. */
const WITH_LINK: ReadonlySet<MailKind> = new Set(['received', 'waiting_list', 'approved'])

/** What a mail about a registration says, with a new link to the team's page made for this sending. */
export async function composeMail(ctx: AppContext, mail: Mail): Promise<Content> {
  const tournament = (await getTournament(ctx, mail.tournamentId!)).name
  const { subject, sentence } = SENTENCES[mail.kind]
  const said = { tournament, ...wordsOf(mail) }
  const { reason } = mail.data
  const paragraphs = [
    m.mail_hello({ name: mail.toName }),
    sentence(said),
    ...(reason ? [m.mail_reason({ reason: String(reason) })] : []),
  ]
  const link = WITH_LINK.has(mail.kind) && mail.teamId ? await entryAddress(ctx, mail.teamId) : undefined
  const last = link === undefined ? [] : [m.mail_link({ link }), m.mail_link_care()]
  return {
    subject: subject(said),
    text: `${[...paragraphs, ...last].join('\n\n')}\n`,
    html: [...paragraphs, ...last].map((text) => paragraph(text, link)).join('\n'),
    fromName: tournament,
  }
}

type Words = { tournament: string; team: string; reference: string; teamId: string }
type Sentences = { subject: (words: Words) => string; sentence: (words: Words) => string }

const SENTENCES: Record<MailKind, Sentences> = {
  received: { subject: m.mail_received_subject, sentence: m.mail_received },
  waiting_list: { subject: m.mail_waiting_list_subject, sentence: m.mail_waiting_list },
  approved: { subject: m.mail_approved_subject, sentence: m.mail_approved },
  rejected: { subject: m.mail_rejected_subject, sentence: m.mail_rejected },
  withdrawn: { subject: m.mail_withdrawn_subject, sentence: m.mail_withdrawn },
}

const wordsOf = ({ data }: Mail) => ({
  team: String(data.teamName ?? ''),
  reference: String(data.reference ?? ''),
  teamId: String(data.teamId ?? ''),
})

async function entryAddress(ctx: AppContext, teamId: string): Promise<string> {
  const token = await newEntryLink(ctx, teamId, ENTRY_LINK_DAYS * DAY_SECONDS)
  return new URL(`/entry/${token}`, ctx.config.publicUrl).href
}

function paragraph(text: string, link: string | undefined): string {
  const escaped = Bun.escapeHTML(text).replaceAll('\n', '<br>')
  return `<p>${link === undefined ? escaped : escaped.replace(link, `<a href="${link}">${link}</a>`)}</p>`
}
