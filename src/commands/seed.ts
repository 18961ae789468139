import { randomBytes } from 'node:crypto'
import type { AppContext, Tournament } from '#src/context.ts'
import type { DocumentKind } from '#src/documents/model.ts'
import { saveUpload } from '#src/documents/service.ts'
import { StartError } from '#src/lib/start-error.ts'
import { type Actor, type Role, type StaffActor, SYSTEM } from '#src/permissions.ts'
import type { RegistrationBody } from '#src/registration/model.ts'
import { registerTeam } from '#src/registration/service.ts'
import { approve, closeRequest, reject } from '#src/review/service.ts'
import { addStaff, hasOwner } from '#src/staff/service.ts'
import type { TeamState } from '#src/teams/model.ts'
import { holdTournament, moveTeam } from '#src/teams/service.ts'
import { letter, photo } from './seed-papers.ts'
import { CLUBS, peopleOf, TEAM_NAMES } from './seed-people.ts'

const DAYS = 14
const DAY_MS = 86_400_000
const SCANNED_PLAYERS = 3
const HOUR_MS = 3_600_000
const DECIDED_AFTER_MS = 5 * HOUR_MS
const PASSWORD_BYTES = 15
const SQUAD_SIZES = [11, 12, 15, 13, 14]
const STAFF: readonly [name: string, role: Role][] = [
  ['Asha Thomas', 'owner'],
  ['மீனா ராஜ்', 'admin'],
  ['Ravi Kumar', 'reviewer'],
  ['प्रिया वर्मा', 'viewer'],
]
const [SENT, IN_REVIEW, ASKED, WAITING, HELD, APPROVED, REJECTED, GONE] = [
  'submitted',
  'in_review',
  'changes_requested',
  'waitlisted',
  'reserved',
  'approved',
  'rejected',
  'withdrawn',
] as const
/** In the order they come in. Those that end make room for a third team of the same club. */
const STATES: readonly TeamState[] = [
  ...[REJECTED, GONE, REJECTED, GONE, GONE, REJECTED, GONE, REJECTED],
  ...[APPROVED, APPROVED, APPROVED, APPROVED, APPROVED, APPROVED, WAITING, APPROVED],
  ...[APPROVED, APPROVED, IN_REVIEW, APPROVED, ASKED, APPROVED, HELD, SENT],
  ...[APPROVED, IN_REVIEW, SENT, ASKED, REJECTED, GONE, REJECTED, GONE],
  ...[SENT, WAITING, SENT, IN_REVIEW, SENT, SENT, SENT, SENT],
]
/** Those that a team passes through on its way. */
const WAY: Partial<Record<TeamState, readonly TeamState[]>> = {
  in_review: [IN_REVIEW],
  changes_requested: [IN_REVIEW, ASKED],
  waitlisted: [WAITING],
  reserved: [WAITING, HELD],
  withdrawn: [GONE],
}

/**
 * Fills an empty installation for development: 16 clubs, 40 teams in all states with their documents, over the last fortnight, and one
 * member of staff of each role. Prints how to sign in. Throws StartError outside development, or where somebody owns it already.
 */
export async function seed(ctx: AppContext, print: (line: string) => void): Promise<number> {
  if (ctx.config.environment !== 'development')
    throw new StartError('Only a development server is filled with invented people: set ENVIRONMENT=development.')
  if (await hasOwner(ctx.db.read)) throw new StartError('There are people here already.')
  const tournament = (await ctx.findTournament())!
  const reviewer = await addEverybody(ctx, print)
  const startedAt = ctx.now().getTime() - DAYS * DAY_MS
  for (const [index, state] of STATES.entries()) {
    const at = startedAt + (index / STATES.length) * DAYS * DAY_MS
    const teamId = await enter({ ...ctx, now: () => new Date(at) }, tournament, index)
    await bring({ ...ctx, now: () => new Date(at + DECIDED_AFTER_MS) }, tournament, reviewer, teamId, state)
  }
  print(`${STATES.length} teams of ${CLUBS.length} clubs have entered ${tournament.name}.`)
  return 0
}

/** One of each role, all with the same new password. Returns who reviews. */
async function addEverybody(ctx: AppContext, print: (line: string) => void): Promise<Actor> {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url')
  let reviewer: Actor = SYSTEM
  print(`The password of everybody: ${password}`)
  for (const [name, role] of STAFF) {
    const email = `${role}@example.org`
    const id = await addStaff(ctx, { name, email, password, role })
    if (role === 'reviewer') reviewer = aSession({ id, name, email, grants: [{ role, tournamentId: null }] })
    print(`  ${email}  ${name}`)
  }
  return reviewer
}

/** Somebody as if signed in. */
const aSession = (who: Pick<StaffActor, 'id' | 'name' | 'email' | 'grants'>): StaffActor => ({
  kind: 'staff',
  ...who,
  sessionId: '',
  by: 'cookie',
  confirmedAt: null,
  hasFactor: false,
  enrolBy: null,
  mustEnrol: false,
})

/** Registers a team with its papers, as its captain would. Returns its id. */
async function enter(ctx: AppContext, tournament: Tournament, index: number): Promise<string> {
  const club = CLUBS[index % CLUBS.length]!
  const [captain, vice, ...squad] = peopleOf(club, index, 2 + SQUAD_SIZES[index % SQUAD_SIZES.length]!)
  const contact = (name: string, who: string, offset: number) => ({
    name,
    phone: `+9198${String(43_000_000 + index * 2 + offset)}`,
    email: `${who}.${index + 1}@example.org`,
  })
  const send = (kind: DocumentKind, name: string, content: Uint8Array<ArrayBuffer>) =>
    sendPaper(ctx, tournament, kind, name, content)
  const scan = index % 3 === 0
  const body: RegistrationBody = {
    teamName: TEAM_NAMES[index]!,
    clubName: club,
    captain: contact(captain!, 'captain', 0),
    viceCaptain: contact(vice!, 'vice', 1),
    players: await Promise.all(
      squad.map(async (name, place) => ({
        name,
        role: tournament.playerRoles[place % tournament.playerRoles.length],
        documents:
          scan && place < SCANNED_PLAYERS ? [await send('aadhar', `id-${place + 1}.png`, photo(index + place))] : [],
      })),
    ),
    documents: [
      await send(
        'pastor_letter',
        'letter.pdf',
        letter(['To the organisers', '', 'All of this squad are of our congregation.']),
      ),
      ...(index % 2 === 0 ? [await send('payment_receipt', 'receipt.png', photo(100 + index))] : []),
      ...(scan ? [await send('group_photo', 'team.png', photo(200 + index))] : []),
    ],
    paymentReference: index % 2 === 0 ? `UPI-${4_200_000 + index}` : undefined,
  }
  const { id } = await registerTeam(ctx, tournament, { body, door: 'api', missingField: () => 'documents' })
  return id
}

async function sendPaper(
  ctx: AppContext,
  tournament: Tournament,
  kind: DocumentKind,
  originalName: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const received = await ctx.files.receive(new Blob([content]).stream(), { maxBytes: ctx.config.maxFileSize })
  const { id } = await saveUpload(ctx, { tournamentId: tournament.id, kind, received, originalName, sender: 'seed' })
  return id
}

/** Brings a registration into a state, by the ways there are. */
async function bring(ctx: AppContext, tournament: Tournament, reviewer: Actor, teamId: string, state: TeamState) {
  if (state === APPROVED) return approve(ctx, reviewer, tournament, teamId, { expectedState: SENT })
  if (state === REJECTED)
    return reject(ctx, reviewer, tournament, teamId, {
      expectedState: SENT,
      reason: 'The letter is of another church.',
    })
  const actor: Actor = state === GONE ? { kind: 'captain', teamId } : reviewer
  await ctx.db.write.begin(async (tx) => {
    await holdTournament(tx, tournament.id)
    for (const to of WAY[state] ?? []) await moveTeam(tx, { teamId, to, actor, now: ctx.now() })
    if (state === GONE) await closeRequest(tx, teamId, ctx.now())
  })
}
