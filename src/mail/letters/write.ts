import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { renderPage } from '#views/layouts/render.ts'
import { MailLetter } from '#views/mail/letter.tsx'
import { isMailKind, type Mail, type MailKind } from '../model.ts'
import { defaultTemplate, LETTERS, type Template } from './kinds.ts'
import { sampleValues } from './samples.ts'
import { type Facts, findFacts } from './store.ts'
import { fillTemplate, LINK, type Said } from './template.ts'
import { valuesOf } from './values.ts'

/** A message as it will read, but for its link. */
export type WrittenLetter = { kind: MailKind; said: Said; tournament: Tournament; site: string; team: Facts['team'] }

/** Writes the message that a mail is, in the tournament's words where it has its own. */
export async function writeLetter(
  ctx: AppContext,
  mail: Pick<Mail, 'tournamentId' | 'teamId' | 'kind' | 'toName' | 'data'>,
): Promise<WrittenLetter> {
  const tournament = await tournamentOf(ctx, mail)
  if (mail.kind === 'test' && isMailKind(mail.data.of)) return writeSample(ctx, tournament, mail.data.of)
  const { template, team } = await findFacts(ctx.db.read, { ...mail, tournamentId: tournament.id })
  const values = valuesOf(ctx, tournament, mail, team)
  const said = fillTemplate(template ?? defaultTemplate(mail.kind), values)
  return { kind: mail.kind, said, tournament, site: ctx.config.appTitle, team }
}

/** A message as it would read, about a team that is made up. */
async function writeSample(ctx: AppContext, tournament: Tournament, kind: MailKind): Promise<WrittenLetter> {
  const { template } = await findFacts(ctx.db.read, { tournamentId: tournament.id, teamId: null, kind })
  const letter = letterOf(ctx, tournament, kind, template ?? defaultTemplate(kind), sampleValues(ctx, tournament))
  const subject = m.letter_test_prefix({ subject: letter.said.subject })
  return { ...letter, said: { ...letter.said, subject } }
}

/** The mail's own tournament; the default one's words are those of mails about accounts. Throws NOT_FOUND. */
export async function tournamentOf(ctx: AppContext, { tournamentId }: Pick<Mail, 'tournamentId'>): Promise<Tournament> {
  const tournament = tournamentId === null ? await ctx.findTournament() : await getTournament(ctx, tournamentId)
  if (!tournament) throw new AppError('NOT_FOUND')
  return tournament
}

export const letterOf = (
  ctx: AppContext,
  tournament: Tournament,
  kind: MailKind,
  template: Template,
  values: ReturnType<typeof valuesOf>,
): WrittenLetter => ({ kind, said: fillTemplate(template, values), tournament, site: ctx.config.appTitle, team: null })

export const hasLink = ({ said }: WrittenLetter) =>
  said.paragraphs.some((lines) => lines.some((line) => line.includes(LINK)))

/** Stands where the link would be, for whoever may not have one. */
export const noLink = () => m.letter_no_link()

/** As plain text; without the words at its foot it is what is passed on by hand. */
export function textOf(letter: WrittenLetter, link: string, { isByHand = false } = {}): string {
  const paragraphs = letter.said.paragraphs.map((lines) =>
    lines.map((line) => line.map((piece) => (piece === LINK ? link : piece)).join('')).join('\n'),
  )
  return `${[...paragraphs, ...(isByHand ? [] : [`-- \n${footer(letter)}`])].join('\n\n')}\n`
}

/** The same as HTML for mail programs; nothing in it is fetched from anywhere. */
export const htmlOf = (letter: WrittenLetter, link: string | undefined): string =>
  renderPage(
    MailLetter({
      heading: LETTERS[letter.kind].to === 'team' ? letter.tournament.name : letter.site,
      subject: letter.said.subject,
      paragraphs: letter.said.paragraphs.map((lines) =>
        lines.map((line) => line.map((piece) => (piece === LINK ? { href: link } : piece))),
      ),
      linkLabel: LETTERS[letter.kind].linkLabel?.() ?? '',
      noLink: noLink(),
      footer: footer(letter),
    }),
  )

const footer = ({ kind, tournament, site }: WrittenLetter) =>
  LETTERS[kind].to === 'team' ? m.letter_footer_team({ tournament: tournament.name }) : m.letter_footer_staff({ site })
