import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { documentLabel, isDocumentKind } from '#src/documents/model.ts'
import { isIdRevealed } from '#src/tournaments/model.ts'
import { daysText, instantText } from '#src/tournaments/service.ts'
import { noticeWords } from '#views/system/words.ts'
import type { Mail } from '../model.ts'
import { readNotices } from '../notices/model.ts'
import type { TeamFacts } from './store.ts'
import type { Values } from './template.ts'

/** What a mail's placeholders stand for, in the tournament's words and zone; what is not known is left out. */
export function valuesOf(
  ctx: AppContext,
  tournament: Tournament,
  mail: Pick<Mail, 'toName' | 'data'>,
  team: TeamFacts | null,
): Values {
  const { data } = mail
  const text = (name: string) => (data[name] == null ? undefined : String(data[name]))
  const moment = (name: string) => {
    const at = new Date(text(name) ?? Number.NaN)
    return Number.isNaN(at.getTime()) ? undefined : instantText(tournament, at)
  }
  return {
    captain_name: mail.toName,
    staff_name: mail.toName,
    tournament_name: tournament.name,
    site_name: ctx.config.appTitle,
    dates: daysText(tournament),
    venue: tournament.venue ?? undefined,
    club_label: tournament.clubLabel,
    team_name: team?.name ?? text('teamName'),
    reference: team?.reference ?? text('reference'),
    reason: text('reason'),
    changes: text('changes'),
    reserved_until: moment('reservedUntil'),
    inviter_name: text('inviterName'),
    new_email: text('newEmail'),
    role: text('role'),
    valid_until: moment('validUntil'),
    sign_in_time: moment('signedInAt'),
    sign_in_browser: text('browser'),
    sign_in_address: text('address'),
    codes_left: text('left'),
    notices: readNotices(data.notices)
      .map((notice) => `– ${noticeWords(notice, tournament.timeZone)}`)
      .join('\n'),
    ...(team && teamValues(tournament, team)),
  }
}

const teamValues = (tournament: Tournament, team: TeamFacts): Values => ({
  team_id: isIdRevealed(tournament, team.state) ? team.code : undefined,
  club_name: team.clubName,
  squad: team.players.map(playerLine).join('\n'),
  squad_count: String(team.players.length),
  sent_documents: labels(team.documents),
  missing_documents: labels(missingDocuments(tournament, team.documents)),
})

const playerLine = ({ position, name, role }: TeamFacts['players'][number]) =>
  role === null ? m.letter_player({ number: position, name }) : m.letter_player_role({ number: position, name, role })

/** Kinds that the tournament insists on and the team has sent none of. */
export const missingDocuments = (tournament: Tournament, sent: readonly string[]): string[] =>
  tournament.documents.filter(({ required, kind }) => required && !sent.includes(kind)).map(({ kind }) => kind)

const labels = (kinds: readonly string[]) => kinds.filter(isDocumentKind).map(documentLabel).join(', ')
