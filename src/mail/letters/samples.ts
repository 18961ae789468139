import { m } from '#messages'
import type { AppContext, Tournament } from '#src/context.ts'
import { writeNotices } from '../notices/model.ts'
import type { Values } from './template.ts'
import { valuesOf } from './values.ts'

const DAY_MS = 86_400_000

/** Values of a team and a person that are made up, with the tournament's own words around them. */
export function sampleValues(ctx: AppContext, tournament: Tournament): Values {
  const soon = new Date(ctx.now().getTime() + DAY_MS).toISOString()
  const kinds = tournament.documents.map(({ kind }) => kind)
  return valuesOf(
    ctx,
    tournament,
    {
      toName: m.letter_sample_captain(),
      data: {
        reason: m.letter_sample_reason(),
        changes: m.letter_sample_changes(),
        reservedUntil: soon,
        validUntil: soon,
        inviterName: m.letter_sample_inviter(),
        newEmail: 'someone@example.org',
        role: m.letter_sample_role(),
        signedInAt: ctx.now().toISOString(),
        browser: 'Firefox, Android',
        address: '203.0.113.7',
        left: '9',
        notices: writeNotices([{ kind: 'dependency-open', subject: 'files', since: ctx.now() }]),
      },
    },
    {
      name: m.letter_sample_team(),
      code: `${tournament.idPrefix}-001`,
      state: 'approved',
      reference: 'ABCD1234',
      clubName: m.letter_sample_club({ label: tournament.clubLabel }),
      captainName: m.letter_sample_captain(),
      whatsapp: '',
      players: [m.letter_sample_captain(), m.letter_sample_player()].map((name, index) => ({
        position: index + 1,
        name,
        role: tournament.playerRoles[index] ?? null,
      })),
      // Half of them is missing, so that both lists show something.
      documents: kinds.slice(1),
    },
  )
}
