import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { firstClientRefusals, jsonAnswer, pathParameter, STAFF_REFUSALS } from '#src/http/openapi.ts'
import type { PlayerLine, Registration } from '#src/review/model.ts'
import { listTeamsWithDocuments } from '#src/review/service.ts'
import { type AddressOf, addressesOf, lookerOf, openTeam } from './documents.ts'
import { type StaffPlayer, StaffPlayerAnswer, StaffTeamAnswer, StaffTeamsAnswer, TAGS } from './model.ts'
import { STATUSES, statesOf, statusOf } from './states.ts'

const TEAMS_MAX = 1000
/** `ICCT-001-P01`: a team's id and the player's place in its squad. */
const PLAYER_ID = /^(.+)-P\d{2,}$/i

/** What the first client's dashboard asks for: a list, then each of its teams. */
export const staffReads = (ctx: AppContext) =>
  new Elysia({ name: 'icct26.staff' })
    .use(admit(ctx))
    .get(
      '/admin/teams',
      async ({ actor, tournament, query, request, set }): Promise<StaffTeamsAnswer> => {
        const looker = lookerOf(ctx, { actor, tournament, request, set })
        const page = { states: statesOf(readStatus(query.status)), order: 'newest', skip: 0, limit: TEAMS_MAX } as const
        const { teams, total } = await listTeamsWithDocuments(ctx, actor, tournament, page)
        set.headers['x-total-count'] = String(total)
        const lines = teams.map(({ captain, viceCaptain, ...team }) => ({
          teamId: team.code,
          teamName: team.name,
          churchName: team.clubName,
          captainName: captain.name,
          captainPhone: captain.phone,
          captainEmail: captain.email,
          viceCaptainName: viceCaptain.name,
          viceCaptainPhone: viceCaptain.phone,
          viceCaptainEmail: viceCaptain.email,
          playerCount: team.playerCount,
          registrationDate: team.submittedAt.toISOString(),
          registrationStatus: statusOf(team.state),
          ...filesOf(addressesOf(ctx, looker, team.id, team.documents)),
        }))
        return { success: true, data: lines, teams: lines }
      },
      {
        admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE },
        detail: {
          summary: 'Registrations, newest first, at most 1,000; X-Total-Count says how many there are',
          tags: TAGS,
          parameters: [{ name: 'status', in: 'query', schema: { type: 'string', enum: [...STATUSES] } }],
          responses: {
            200: jsonAnswer('The registrations', StaffTeamsAnswer),
            ...firstClientRefusals(...STAFF_REFUSALS, 'VALIDATION_FAILED'),
          },
        },
      },
    )
    .get(
      '/admin/teams/:teamId',
      async ({ actor, tournament, params, request, set }): Promise<StaffTeamAnswer> => {
        const looker = lookerOf(ctx, { actor, tournament, request, set })
        const { registration, addressOf } = await openTeam(ctx, looker, params.teamId)
        return {
          success: true,
          data: {
            team: {
              ...namesOf(registration),
              captain: personOf(registration.captain),
              viceCaptain: personOf(registration.viceCaptain),
              ...filesOf(addressOf),
              registrationDate: registration.submittedAt.toISOString(),
              registrationStatus: statusOf(registration.state),
            },
            players: registration.players.map((player) => playerOf(player, addressOf)),
          },
        }
      },
      {
        admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE },
        detail: {
          parameters: [pathParameter('teamId', 'Such as ICCT-001.')],
          summary: 'One registration with its players',
          tags: TAGS,
          responses: {
            200: jsonAnswer('The registration', StaffTeamAnswer),
            ...firstClientRefusals(...STAFF_REFUSALS, 'NOT_FOUND'),
          },
        },
      },
    )
    .get(
      '/admin/players/:playerId',
      async ({ actor, tournament, params, request, set }): Promise<StaffPlayerAnswer> => {
        const looker = lookerOf(ctx, { actor, tournament, request, set })
        const playerId = params.playerId.toUpperCase()
        const { registration, addressOf } = await openTeam(ctx, looker, PLAYER_ID.exec(playerId)?.[1] ?? '')
        const player = registration.players.find(({ code }) => code === playerId)
        if (!player) throw new AppError('NOT_FOUND')
        const names = namesOf(registration)
        return { success: true, data: { ...playerOf(player, addressOf), ...names, team: names } }
      },
      {
        admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE },
        detail: {
          parameters: [pathParameter('playerId', 'Such as ICCT-001-P01.')],
          summary: 'One player',
          tags: TAGS,
          responses: {
            200: jsonAnswer('The player', StaffPlayerAnswer),
            ...firstClientRefusals(...STAFF_REFUSALS, 'NOT_FOUND'),
          },
        },
      },
    )

function readStatus(given: string | undefined) {
  const status = STATUSES.find((known) => known === given)
  if (status !== undefined || given === undefined || given === '') return status
  const message = m.listing_sort({ choices: STATUSES.join(', ') })
  throw new AppError('VALIDATION_FAILED', { errors: [{ field: 'status', code: 'choice', message }] })
}

const namesOf = ({ code, name, clubName }: Registration) => ({ teamId: code, teamName: name, churchName: clubName })
const personOf = ({ name, phone, email }: Registration['captain']) => ({ name, phone, email })

const filesOf = (addressOf: AddressOf) => ({
  paymentReceipt: addressOf('payment_receipt') ?? '',
  pastorLetter: addressOf('pastor_letter') ?? '',
  groupPhoto: addressOf('group_photo') ?? '',
})

const playerOf = ({ id, code, name, role }: PlayerLine, addressOf: AddressOf): StaffPlayer => ({
  playerId: code,
  name,
  role: role ?? '',
  aadharFile: addressOf('aadhar', id) ?? '',
  subscriptionFile: addressOf('subscription', id) ?? '',
})
