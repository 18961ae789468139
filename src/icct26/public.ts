import { Elysia } from 'elysia'
import { m } from '#messages'
import { listCountedClubs, placesLeft } from '#src/clubs/service.ts'
import type { AppContext } from '#src/context.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { firstClientRefusals, jsonAnswer, pathParameter } from '#src/http/openapi.ts'
import { may } from '#src/permissions.ts'
import { listTeamsWithDocuments } from '#src/review/service.ts'
import { playerCode } from '#src/teams/model.ts'
import { findApprovedTeam, getTeam, listPlayers } from '#src/teams/service.ts'
import { addressesOf, type Looker, lookerOf, openTeam } from './documents.ts'
import { AvailabilityAnswer, TAGS, TeamAnswer, TeamsAnswer } from './model.ts'
import { statesOf } from './states.ts'

const CHURCHES_MAX = 1000
const TEAMS_MAX = 100
const SKIP_MAX = 1_000_000

/** What everybody may ask for: nothing personal of anybody, unless staff ask. */
export const publicReads = (ctx: AppContext) =>
  new Elysia({ name: 'icct26.public' })
    .use(admit(ctx))
    .get(
      '/api/churches/availability',
      async ({ tournament }): Promise<AvailabilityAnswer> => {
        const { clubs, total, full } = await listCountedClubs(ctx, tournament, CHURCHES_MAX)
        return {
          churches: clubs.map(({ name, liveTeams }) => ({
            church_name: name,
            team_count: liveTeams,
            locked: placesLeft(tournament, liveTeams) === 0,
          })),
          summary: { total_churches: total, locked_churches: full, available_churches: total - full },
        }
      },
      {
        admit: { tier: 'metadata', public: true, body: BODY_NONE },
        detail: {
          summary: 'Churches that have entered, and which may enter no more',
          tags: TAGS,
          responses: { 200: jsonAnswer('By name; at most 1,000', AvailabilityAnswer), ...firstClientRefusals() },
        },
      },
    )
    .get(
      '/api/teams',
      async ({ actor, tournament, query, request, set }): Promise<TeamsAnswer> => {
        const looker = lookerOf(ctx, { actor, tournament, request, set })
        const states = isStaff(looker) ? statesOf(undefined) : statesOf('confirmed')
        const page = { states, order: 'oldest', ...readPage(query) } as const
        const { teams, total } = await listTeamsWithDocuments(ctx, actor, tournament, page)
        const lines = teams.map((team) => {
          const addressOf = addressesOf(ctx, looker, team.id, team.documents)
          return {
            team_id: team.code,
            team_name: team.name,
            church_name: team.clubName,
            captain_name: team.captain.name,
            pastor_letter: addressOf('pastor_letter') ?? none(looker),
            payment_receipt: addressOf('payment_receipt') ?? none(looker),
            group_photo: addressOf('group_photo') ?? none(looker),
            registration_date: team.submittedAt.toISOString(),
          }
        })
        return { success: true, total_teams: total, returned: lines.length, teams: lines, data: lines }
      },
      {
        admit: { tier: 'read', public: true, body: BODY_NONE },
        detail: {
          summary: 'Teams, by number: the approved ones; for staff all',
          tags: TAGS,
          parameters: [
            { name: 'skip', in: 'query', schema: { type: 'integer', minimum: 0, default: 0 } },
            { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100, default: 100 } },
          ],
          responses: { 200: jsonAnswer('A page of teams', TeamsAnswer), ...firstClientRefusals('VALIDATION_FAILED') },
        },
      },
    )
    .get(
      '/api/teams/:team_id',
      async ({ actor, tournament, params, request, set }) => {
        const looker = lookerOf(ctx, { actor, tournament, request, set })
        return isStaff(looker) ? teamForStaff(ctx, looker, params.team_id) : teamForAll(ctx, looker, params.team_id)
      },
      {
        admit: { tier: 'read', public: true, body: BODY_NONE },
        detail: {
          parameters: [pathParameter('team_id', 'Such as ICCT-001.')],
          summary: 'One team with its players: an approved one; for staff any',
          tags: TAGS,
          responses: { 200: jsonAnswer('The team', TeamAnswer), ...firstClientRefusals('NOT_FOUND') },
        },
      },
    )

const isStaff = ({ actor, tournament }: Looker) => may(actor, 'registrations.see', tournament.id)

/** What stands for a file without an address: nothing was sent, or it is not for the looker. */
const none = ({ actor, tournament }: Looker) => (may(actor, 'documents.see', tournament.id) ? '' : null)

/** Throws VALIDATION_FAILED. More than there may be at once is as many as may be. */
function readPage({ skip = '0', limit = String(TEAMS_MAX) }: Record<string, string | undefined>) {
  const errors: FieldError[] = []
  const read = (field: string, given: string, least: number, most: number) => {
    const value = /^\d{1,9}$/.test(given) ? Number(given) : -1
    if (value < least) errors.push({ field, code: 'range', message: m.icct26_whole_number({ least }) })
    return Math.min(value, most)
  }
  const page = { skip: read('skip', skip, 0, SKIP_MAX), limit: read('limit', limit, 1, TEAMS_MAX) }
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors })
  return page
}

async function teamForAll(ctx: AppContext, { tournament }: Looker, code: string): Promise<TeamAnswer> {
  const approved = await findApprovedTeam(ctx.db.read, tournament.id, { code: code.toUpperCase() })
  if (!approved) throw new AppError('NOT_FOUND')
  const [team, players] = await Promise.all([getTeam(ctx, approved.id), listPlayers(ctx.db.read, approved.id)])
  const unnamed = { phone: null, email: null, whatsapp: null }
  return {
    success: true,
    team: {
      team_id: team.code,
      team_name: team.name,
      church_name: team.clubName,
      captain: { name: team.captain.name, ...unnamed },
      viceCaptain: { name: team.viceCaptain.name, ...unnamed },
      pastor_letter: null,
      payment_receipt: null,
      group_photo: null,
      registration_date: team.submittedAt.toISOString(),
    },
    players: players.map(({ name, role, position }) => ({
      player_id: playerCode(team.code, position),
      playerId: playerCode(team.code, position),
      name,
      role: role ?? '',
      aadhar_file: null,
      subscription_file: null,
    })),
  }
}

async function teamForStaff(ctx: AppContext, looker: Looker, code: string): Promise<TeamAnswer> {
  const { registration: team, addressOf } = await openTeam(ctx, looker, code)
  return {
    success: true,
    team: {
      team_id: team.code,
      team_name: team.name,
      church_name: team.clubName,
      captain: team.captain,
      viceCaptain: team.viceCaptain,
      pastor_letter: addressOf('pastor_letter') ?? none(looker),
      payment_receipt: addressOf('payment_receipt') ?? none(looker),
      group_photo: addressOf('group_photo') ?? none(looker),
      registration_date: team.submittedAt.toISOString(),
    },
    players: team.players.map((player) => ({
      player_id: player.code,
      playerId: player.code,
      name: player.name,
      role: player.role ?? '',
      aadhar_file: addressOf('aadhar', player.id) ?? none(looker),
      subscription_file: addressOf('subscription', player.id) ?? none(looker),
    })),
  }
}
