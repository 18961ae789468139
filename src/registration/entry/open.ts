import { m } from '#messages'
import { record } from '#src/audit/service.ts'
import type { AppContext } from '#src/context.ts'
import { listDocuments } from '#src/documents/service.ts'
import { AppError } from '#src/errors.ts'
import { postTeamMail } from '#src/mail/service.ts'
import { type Actor, idOf } from '#src/permissions.ts'
import { closeRequest } from '#src/review/service.ts'
import type { Team } from '#src/teams/model.ts'
import {
  findTeamByReference,
  getTeam,
  holdTournament,
  listPlayers,
  moveTeam,
  newEntryLink,
} from '#src/teams/service.ts'
import { isPin, readReference } from '../secrets.ts'

/** A link made by reference and PIN is for this visit. */
const VISIT_SECONDS = 2 * 3600
const REFERENCE = /^[0-9A-Z]{8}$/
/** What a stranger's reference is compared with, so that known and unknown ones take as long. */
const NOBODYS_PIN = new Uint8Array(32)

/**
 * Opens a team's entry page by reference and PIN; returns the token of a link for this visit. Wrong tries wait longer each time.
 * Throws VALIDATION_FAILED (the same for an unknown reference and a wrong PIN), RATE_LIMITED.
 */
export async function openEntry(
  ctx: AppContext,
  typed: { reference: string; pin: string },
  address: string,
): Promise<string> {
  const reference = readReference(typed.reference)
  const pin = typed.pin.replace(/[\s-]/g, '')
  // What cannot be one is no guess.
  if (!REFERENCE.test(reference) || pin === '') throw wrong()
  const guessed = await ctx.limits.guesses.guess(`pin ${reference}`, address, async () => {
    const team = await findTeamByReference(ctx.db.read, reference)
    const isRight = isPin(ctx, reference, pin, team?.pinHmac ?? NOBODYS_PIN)
    return isRight ? team : undefined
  })
  if (guessed.outcome === 'right') ctx.log.info({ teamId: guessed.right.id, by: 'pin' }, 'entry.opened')
  if (guessed.outcome === 'right')
    return newEntryLink(ctx, guessed.right.id, { madeFor: 'visit', seconds: VISIT_SECONDS })
  // Nobody is told of by a guess that failed: a reference in the log would be half of what opens it.
  ctx.log.warn({ outcome: guessed.outcome }, 'entry.refused')
  if (guessed.outcome === 'wrong') throw wrong()
  const { seconds } = guessed
  const { usedUp } = ctx.limits.guesses
  throw new AppError('RATE_LIMITED', { retryAfterSeconds: seconds, message: m.entry_wait({ seconds }), usedUp })
}

const wrong = () =>
  new AppError('VALIDATION_FAILED', { errors: [{ field: 'reference', code: 'unknown', message: m.entry_wrong() }] })

/** A team with its squad and documents: what its entry page shows. */
export async function getEntry<Linked extends Team>(ctx: AppContext, team: Linked) {
  const [players, documents] = await Promise.all([listPlayers(ctx.db.read, team.id), listDocuments(ctx, team.id)])
  return { team, players, documents }
}

/**
 * Takes a team out of the tournament and frees its place; its decision request is closed.
 * Throws NOT_FOUND, CONFLICT where its state has no way there.
 */
export async function withdrawTeam(
  ctx: AppContext,
  actor: Actor,
  teamId: string,
  reason: string | null,
): Promise<void> {
  const team = await getTeam(ctx, teamId)
  const now = ctx.now()
  await ctx.db.write.begin(async (tx) => {
    await holdTournament(tx, team.tournamentId)
    const state = await moveTeam(tx, { teamId, to: 'withdrawn', actor, reason, now })
    await closeRequest(tx, teamId, now)
    // Anybody may enter a stranger's address: what is typed here must not reach it.
    const told = actor.kind === 'captain' ? null : reason
    await postTeamMail(tx, ctx, { teamId, kind: 'withdrawn', data: { reason: told } })
    const about = { actor, tournamentId: team.tournamentId, subjectId: teamId }
    await record(tx, {
      event: 'registration.withdrawn',
      ...about,
      before: { state },
      after: { state: 'withdrawn' },
    })
  })
  ctx.log.info({ teamId, by: actor.kind, actorId: idOf(actor) }, 'registration.withdrawn')
}
