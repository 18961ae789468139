import { record } from '#src/audit/service.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { type Actor, may } from '#src/permissions.ts'
import { MAIL_KINDS, type MailKind } from '../model.ts'
import { defaultTemplate, LETTERS, type Template } from './kinds.ts'
import { sampleValues } from './samples.ts'
import * as store from './store.ts'
import { checkTemplate, tidyTemplate } from './template.ts'
import { letterOf, type WrittenLetter } from './write.ts'

/** The words of one kind of message; `changedAt` where they are the tournament's own. */
export type TournamentTemplate = Template & { kind: MailKind; changedAt: Date | undefined }

/**
 * Whether the actor may say how messages of this kind read. Those to staff open accounts, and warn of who opened them, owners' as well: their
 * words are for whoever keeps all accounts.
 */
export const mayWord = (actor: Actor, kind: MailKind): boolean =>
  LETTERS[kind].to === 'team' || actor.kind === 'system' || may(actor, 'staff.manage')

function requireWord(actor: Actor, kind: MailKind): void {
  if (!mayWord(actor, kind)) throw new AppError('FORBIDDEN')
}

/** Every kind of message, in the tournament's words where it has its own. */
export async function listTemplates(ctx: AppContext, tournament: Tournament): Promise<TournamentTemplate[]> {
  const own = await store.listTemplates(ctx.db.read, tournament.id)
  return MAIL_KINDS.map((kind) => {
    const changed = own.find((template) => template.kind === kind)
    return { kind, ...(changed ?? defaultTemplate(kind)), changedAt: changed?.updatedAt }
  })
}

export async function getTemplate(
  ctx: AppContext,
  tournament: Tournament,
  kind: MailKind,
): Promise<TournamentTemplate> {
  return (await listTemplates(ctx, tournament)).find((template) => template.kind === kind)!
}

/** Gives the tournament its own words. Throws VALIDATION_FAILED (`subject`, `body`), FORBIDDEN. */
export async function saveTemplate(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  kind: MailKind,
  typed: Template,
): Promise<void> {
  requireWord(actor, kind)
  const template = tidyTemplate(typed)
  const errors = checkTemplate(kind, template)
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors })
  await ctx.db.write.begin(async (tx) => {
    const before = await findWords(tx, tournament, kind)
    await store.saveTemplate(tx, tournament.id, kind, template, ctx.now())
    const about = { actor, tournamentId: tournament.id, data: { kind } }
    await record(tx, { event: 'message.changed', ...about, before, after: template })
  })
}

/** Back to our words. Throws FORBIDDEN. */
export async function resetTemplate(
  ctx: AppContext,
  actor: Actor,
  tournament: Tournament,
  kind: MailKind,
): Promise<void> {
  requireWord(actor, kind)
  await ctx.db.write.begin(async (tx) => {
    const before = await findWords(tx, tournament, kind)
    if (await store.deleteTemplate(tx, tournament.id, kind))
      await record(tx, { event: 'message.reset', actor, tournamentId: tournament.id, data: { kind }, before })
  })
}

/** The tournament's own; undefined where it has none. */
async function findWords(tx: Queryable, tournament: Tournament, kind: MailKind): Promise<Template | undefined> {
  const own = (await store.listTemplates(tx, tournament.id)).find((template) => template.kind === kind)
  return own && { subject: own.subject, body: own.body }
}

/** The message as it would read, about a team that is made up. Throws VALIDATION_FAILED. */
export function previewTemplate(
  ctx: AppContext,
  tournament: Tournament,
  kind: MailKind,
  typed: Template,
): WrittenLetter {
  const template = tidyTemplate(typed)
  const errors = checkTemplate(kind, template)
  if (errors.length > 0) throw new AppError('VALIDATION_FAILED', { errors })
  return letterOf(ctx, tournament, kind, template, sampleValues(ctx, tournament))
}
