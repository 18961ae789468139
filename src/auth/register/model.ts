import { type Static, Type as t } from '@sinclair/typebox'
import { ROLE_NAMES } from '#src/permissions.ts'
import { PASSWORD_LENGTH } from '#src/staff/model.ts'

const RoleName = t.Union(ROLE_NAMES.map((role) => t.Literal(role)))
const TournamentSlug = t.Union([t.String(), t.Null()])

/** An account for somebody else. */
export const RegisterBody = t.Object(
  {
    name: t.String(),
    email: t.String({ format: 'email' }),
    password: t.String({ minLength: PASSWORD_LENGTH.min, maxLength: PASSWORD_LENGTH.max }),
    role: RoleName,
    tournament: t.Optional({
      ...TournamentSlug,
      description: 'The slug of where the role counts; null: everywhere. Without it the default tournament.',
    }),
  },
  { title: 'Register' },
)

export const RegisterAnswer = t.Object(
  {
    id: t.String({ format: 'uuid' }),
    name: t.String(),
    email: t.String({ format: 'email' }),
    role: RoleName,
    tournament: { ...TournamentSlug, description: 'Null: everywhere.' },
  },
  { title: 'Registered' },
)
export type RegisterAnswer = Static<typeof RegisterAnswer>
