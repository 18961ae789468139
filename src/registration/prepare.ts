import type { AppContext, Tournament } from '#src/context.ts'
import type { Door } from '#src/idempotency/model.ts'
import { hashKey } from '#src/idempotency/service.ts'
import { hashToken } from '#src/lib/keys.ts'
import { emailKey, nameKey } from '#src/lib/names.ts'
import { currentScope } from '#src/lib/scope.ts'
import { newMail } from '#src/mail/model.ts'
import { ENTRY_LINK_DAYS } from '#src/teams/model.ts'
import type { TeamEntry } from '#src/teams/service.ts'
import type { RegistrationForm } from './check.ts'
import type { NamedDocument } from './check-documents.ts'
import { type EntrySecrets, hashPin, sealSecrets } from './secrets.ts'

/** A form waits this long for the same form that is being sent; the API does not wait. */
const KEY_WAIT_MS = 20_000
const TOURNAMENT_WAIT_MS = 25_000
const DAY_MS = 86_400_000

export type Prepared = {
  form: RegistrationForm
  documents: readonly NamedDocument[]
  door: Door
  key: string | undefined
  /** Only with a key. */
  fingerprint: Uint8Array | undefined
  draftId: string | undefined
}

/** Everything a registration writes, made before the tournament's lock is asked for. */
export function prepareEntry(
  ctx: AppContext,
  tournament: Tournament,
  prepared: Prepared,
  secrets: EntrySecrets,
): TeamEntry {
  const { form, documents, door, key } = prepared
  const id = Bun.randomUUIDv7()
  const now = ctx.now()
  const players = form.players.map(({ documents: _, ...player }, index) => ({
    id: Bun.randomUUIDv7(),
    position: index + 1,
    ...player,
  }))
  const mail = (kind: 'received' | 'waiting_list') =>
    newMail(ctx, {
      tournamentId: tournament.id,
      teamId: id,
      kind,
      toAddress: form.captain.email,
      toName: form.captain.name,
      data: { teamName: form.teamName, reference: secrets.reference },
    })
  return {
    tournamentId: tournament.id,
    door,
    now: now.toISOString(),
    keyHash: key === undefined ? null : hex(hashKey(key)),
    fingerprint: prepared.fingerprint === undefined ? '' : hex(prepared.fingerprint),
    waitsForKey: door !== 'api',
    keyWaitMs: KEY_WAIT_MS,
    lockWaitMs: TOURNAMENT_WAIT_MS,
    keptMinutes: ctx.config.idempotencyMinutes,
    secrets: key === undefined ? '' : hex(sealSecrets(ctx, secrets)),
    team: teamRow(ctx, id, form, secrets),
    players,
    documents: documents.map((document, index) => ({
      id: Bun.randomUUIDv7(),
      playerId: document.player === null ? null : players[document.player]!.id,
      uploadId: document.uploadId,
      position: index + 1,
    })),
    uploadIds: [...new Set(documents.map((document) => document.uploadId))],
    draftId: prepared.draftId ?? null,
    decisionRequestId: Bun.randomUUIDv7(),
    link: {
      tokenHash: hex(hashToken(secrets.token)),
      expiresAt: new Date(now.getTime() + ENTRY_LINK_DAYS * DAY_MS).toISOString(),
    },
    mails: { submitted: mail('received'), waitlisted: mail('waiting_list') },
    requestId: currentScope()?.requestId,
    address: currentScope()?.address,
  }
}

const teamRow = (ctx: AppContext, id: string, form: RegistrationForm, secrets: EntrySecrets) => ({
  id,
  name: form.teamName,
  nameKey: nameKey(form.teamName),
  clubId: Bun.randomUUIDv7(),
  clubName: form.clubName,
  clubKey: nameKey(form.clubName),
  captainName: form.captain.name,
  captainPhone: form.captain.phone,
  captainEmail: form.captain.email,
  captainEmailKey: emailKey(form.captain.email),
  captainWhatsapp: form.captain.whatsapp,
  viceCaptainName: form.viceCaptain.name,
  viceCaptainPhone: form.viceCaptain.phone,
  viceCaptainEmail: form.viceCaptain.email,
  viceCaptainWhatsapp: form.viceCaptain.whatsapp,
  paymentReference: form.paymentReference,
  reference: secrets.reference,
  pinHmac: hex(hashPin(ctx, secrets.reference, secrets.pin)),
  searchText: [secrets.reference, form.teamName, form.clubName, form.captain.name]
    .join(' ')
    .normalize('NFKC')
    .toLowerCase(),
})

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
