import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { type MailKind, newMail } from '../model.ts'
import { findRecipient, insertMail, wasPostedSince } from '../store.ts'

type TeamMail = { teamId: string } & (
  | { kind: 'received' | 'waiting_list' | 'reminder' | 'link'; data?: undefined }
  /** What is to be mended, a line each, and what the organisers say to it. */
  | { kind: 'changes_requested'; data: { changes: string; reason: string | null } }
  /** A place is held until then (ISO 8601). */
  | { kind: 'promoted'; data: { reservedUntil: string } }
  | { kind: 'approved' | 'rejected' | 'withdrawn'; data: { reason: string | null } }
)

type Posting = { unlessSince?: Date; unless?: { since: Date; times: number }; atOnce?: boolean }

/**
 * Posts a message to a team's captain in the transaction that causes it. With `unlessSince` not a second one of its kind from that moment
 * on, with `unless` no more than that many, however many ask at once. False where the team is not there, or was written to.
 */
export async function postTeamMail(
  tx: Queryable,
  ctx: AppContext,
  { teamId, kind, data }: TeamMail,
  { unlessSince, unless, atOnce = false }: Posting = {},
): Promise<boolean> {
  const team = await findRecipient(tx, teamId)
  // Without an address the person was erased.
  if (!team || team.toAddress === '') return false
  if (unlessSince && (await wasPostedSince(tx, teamId, kind, { since: unlessSince, times: 1 }))) return false
  if (unless && (await wasPostedSince(tx, teamId, kind, unless))) return false
  const { tournamentId, toAddress, toName, teamName, reference } = team
  const about = { tournamentId, teamId, kind, toAddress, toName, data: { teamName, reference, ...data } }
  await insertMail(tx, newMail(ctx, { ...about, atOnce }))
  return true
}

/** `staffId` is for whoever makes the link; the moments are ISO 8601. */
type StaffMail = { to: { name: string; email: string }; tournamentId?: string; notBefore?: Date } & (
  | {
      kind: 'staff_invited'
      data: { staffId: string; inviterName: string; role: string; validUntil: string }
    }
  | { kind: 'staff_role_given'; data: { inviterName: string; role: string } }
  /** To the present address, and to the one to come. */
  | {
      kind: 'email_change' | 'email_confirm'
      data: { staffId: string; emailChangeId: string; side: 'present' | 'coming'; newEmail: string; validUntil: string }
    }
  | { kind: 'email_taken'; data: Record<string, never> }
  | { kind: 'email_changed'; data: { newEmail: string } }
  | { kind: 'password_reset'; data: { staffId: string; validUntil: string } }
  | { kind: 'new_sign_in'; data: { signedInAt: string; browser: string; address: string } }
  | { kind: 'recovery_code_used'; data: { left: string } }
  | { kind: 'token_reused'; data: { signedInAt: string; browser: string } }
  | { kind: 'notice'; data: { notices: string; dueAt: string } }
  | { kind: 'test'; data: { of?: MailKind } }
)

/** Posts a message to somebody of the staff in the transaction that causes it. Returns the mail's id. */
export async function postStaffMail(tx: Queryable, ctx: AppContext, mail: StaffMail): Promise<string> {
  const { to, kind, data, notBefore, tournamentId = null } = mail
  const posted = newMail(ctx, {
    tournamentId,
    teamId: null,
    kind,
    toAddress: to.email,
    toName: to.name,
    data: { ...data },
    notBefore,
  })
  await insertMail(tx, posted)
  return posted.id
}
