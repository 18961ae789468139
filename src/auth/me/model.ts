import { type Static, Type as t } from '@sinclair/typebox'
import { ROLE_NAMES } from '#src/permissions.ts'

const Nullable = <T extends ReturnType<typeof t.String>>(schema: T) => t.Union([schema, t.Null()])
const Moment = t.String({ format: 'date-time' })
const TournamentName = t.Object({ slug: t.String(), name: t.String() })

const Person = t.Object(
  {
    kind: t.Literal('staff'),
    id: t.String({ format: 'uuid' }),
    name: t.String(),
    email: t.String({ format: 'email' }),
    roles: t.Array(
      t.Object({
        role: t.Union(ROLE_NAMES.map((role) => t.Literal(role))),
        tournament: Nullable(t.String({ description: 'Its slug; null: all of them.' })),
      }),
    ),
    tournament: TournamentName,
    second_factor: t.Object({
      is_set_up: t.Boolean(),
      enrol_by: Nullable(Moment),
    }),
    confirmed_until: Nullable(Moment),
  },
  { title: 'Person' },
)
const Program = t.Object(
  {
    kind: t.Literal('key'),
    id: t.String({ format: 'uuid' }),
    name: t.String(),
    scopes: t.Array(t.String()),
    tournament: t.Union([TournamentName, t.Null()], { description: 'Where it works; null: everywhere.' }),
  },
  { title: 'Program' },
)

/** Who asks: a member of staff, or a program by its key. */
export const MeAnswer = t.Union([Person, Program])
export type MeAnswer = Static<typeof MeAnswer>

export const ConfirmBody = t.Object(
  {
    code: t.Optional(t.String({ description: 'Of the second factor.' })),
    password: t.Optional(t.String({ description: 'Where no second factor is set up.' })),
  },
  { title: 'Confirm' },
)
export const ConfirmAnswer = t.Object(
  { expires_in: t.Integer({ description: 'Seconds in which what has to be confirmed may be done.' }) },
  { title: 'Confirmed' },
)
