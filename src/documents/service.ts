import { createHash, randomBytes } from 'node:crypto'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import type { Queryable } from '#src/db/client.ts'
import { AppError } from '#src/errors.ts'
import { cleanFileName } from '#src/files/file-name.ts'
import type { ReceivedFile } from '#src/files/storage.ts'
import { takeAllowance } from './allowance.ts'
import type { TeamsDocument } from './document-store.ts'
import * as documentStore from './document-store.ts'
import {
  type Document,
  type DocumentKind,
  type DraftFile,
  isDocumentKind,
  type Upload,
  type UploadAnswer,
} from './model.ts'
import { releaseFile } from './orphans.ts'
import * as store from './store.ts'
import * as uploadStore from './upload-store.ts'

export type { TeamsDocument } from './document-store.ts'
export { fileAddress, type Look, openByToken } from './file-address.ts'
export { eraseOldDocuments, erasePersonsDocuments, releaseFiles, takeDraftFiles } from './lifetimes.ts'
export { collectOrphans, expireUploads } from './orphans.ts'
export { drawMissingPictures } from './pictures.ts'
export type { Claim } from './store.ts'
export { countSlots, lockUploadsOfDraft, maskUploadNames } from './upload-store.ts'

const HOUR_MS = 3_600_000
const UPLOAD_VALID_MS = 24 * HOUR_MS
/** A file in a draft lives as long as the draft, which alone decides. */
const NO_END = new Date('9999-12-31T00:00:00Z')
const CAPABILITY_BYTES = 16
const CAPABILITY = /^[\w-]{22}$/
const SLOT = /^[\w.-]{1,100}$/
const DRAFT_FILES_MAX = 60
const DRAFT_BYTES_MAX = 250 * 1024 * 1024

/**
 * Takes an anonymous sender's file in as it arrives. `sender` is the client's network, of which only so many files may arrive at once
 * unless `ENABLE_RATE_LIMITING` is false. Throws as `FileStore.receive` does.
 */
export const receiveFile = (
  ctx: AppContext,
  content: AsyncIterable<Uint8Array>,
  sender: string,
): Promise<ReceivedFile> =>
  ctx.files.receive(content, {
    maxBytes: ctx.config.maxFileSize,
    sender: ctx.config.enableRateLimiting ? sender : undefined,
  })

/**
 * Puts a received file into the store, durably, and returns its id and the instant of the put, by which whoever names it remembers it.
 * First it commits a claim that keeps the collector away for a day, and only then writes: so a file that is found there already is not
 * deleted before somebody names it. `sender` is charged for it while no document names it.
 */
export async function putFile(
  ctx: AppContext,
  tournamentId: string,
  received: ReceivedFile,
  sender: string,
): Promise<store.Claim> {
  const claim = await store.claimFile(ctx.db.locking, tournamentId, received, hashSender(ctx, sender), ctx.now())
  await ctx.files.keep(received, tournamentId)
  return claim
}

type NewFile = {
  tournamentId: string
  kind: DocumentKind
  received: ReceivedFile
  originalName: string
  /** The client's network, as a door counts it: an IPv4 address, an IPv6 /64. */
  sender: string
}

/**
 * Keeps a file that was sent on its own. The answer's `id` is a capability: 128 random bits, stored as a digest, valid for 24 hours.
 * The received file is used up, also by a refusal. Throws RATE_LIMITED, STORAGE_UNAVAILABLE.
 */
export async function saveUpload(ctx: AppContext, file: NewFile): Promise<UploadAnswer> {
  const { kind, received } = file
  return usingUp(ctx, received, async () => {
    const upload = await prepareUpload(ctx, file)
    const expiresAt = new Date(upload.createdAt.getTime() + UPLOAD_VALID_MS)
    const id = randomBytes(CAPABILITY_BYTES).toString('base64url')
    await uploadStore.insertUpload(ctx.db.read, digestOf(id), { ...upload, expiresAt })
    return {
      id,
      kind,
      bytes: received.bytes,
      contentType: received.contentType,
      sha256: received.digest.toString('hex'),
    }
  })
}

type SentFile = Pick<NewFile, 'kind' | 'received' | 'originalName'>

/**
 * Keeps files that came with the form they belong to, all or an error; the ids of their uploads, in their order, which nobody else can name.
 * Those that no registration binds within 24 hours are collected. What was received and not kept is left to the caller.
 * Throws RATE_LIMITED, STORAGE_UNAVAILABLE.
 */
export async function keepSentFiles(
  ctx: AppContext,
  { tournamentId, sender }: { tournamentId: string; sender: string },
  files: readonly SentFile[],
): Promise<string[]> {
  const kept = await Promise.allSettled(files.map((file) => prepareUpload(ctx, { ...file, tournamentId, sender })))
  const uploads = kept.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return { ...one.value, expiresAt: new Date(one.value.createdAt.getTime() + UPLOAD_VALID_MS) }
  })
  return uploads.length === 0 ? [] : uploadStore.insertUploads(ctx.db.read, uploads)
}

/** `slot`: `team.<kind>` or `players.<row key>.<kind>`; letters, digits, `_ - .`, at most 100. */
export type NewDraftFile = NewFile & { draftId: string; slot: string }

/**
 * Keeps a file in a slot of a draft, and deletes what was there. The received file is used up, also by a refusal.
 * Throws NOT_FOUND, CONFLICT (the draft was registered), BODY_TOO_LARGE (the draft is full), RATE_LIMITED, STORAGE_UNAVAILABLE.
 */
export async function saveDraftFile(ctx: AppContext, file: NewDraftFile): Promise<DraftFile> {
  const { draftId, tournamentId, slot, kind, received } = file
  return usingUp(ctx, received, async () => {
    if (!SLOT.test(slot) || !isDocumentKind(kind)) throw new AppError('NOT_FOUND')
    const draft = await uploadStore.findDraft(ctx.db.read, draftId, tournamentId)
    if (draft === undefined) throw new AppError('NOT_FOUND')
    if (draft.registered) throw draftRegistered()
    const held = await uploadStore.countDraftFiles(ctx.db.read, draftId, slot)
    if (held.files >= DRAFT_FILES_MAX || held.bytes + received.bytes > DRAFT_BYTES_MAX)
      throw new AppError('BODY_TOO_LARGE', { message: m.documents_draft_full() })
    const upload = { ...(await prepareUpload(ctx, file)), expiresAt: NO_END }
    const { fileId, originalName, createdAt } = upload
    const saved = await uploadStore.replaceDraftUpload(ctx.db.read, draftId, slot, upload)
    if (saved === undefined) {
      await releaseFile(ctx, { fileId, putAt: createdAt })
      throw draftRegistered()
    }
    if (saved.replaced) await releaseFile(ctx, saved.replaced)
    return {
      uploadId: saved.uploadId,
      slot,
      kind,
      originalName,
      bytes: received.bytes,
      contentType: received.contentType,
      fileId,
    }
  })
}

/** Takes a file out of a draft's slot and deletes it; false where there was none. */
export async function removeDraftFile(ctx: AppContext, draftId: string, slot: string): Promise<boolean> {
  const removed = await uploadStore.removeDraftUpload(ctx.db.read, draftId, slot)
  if (removed) await releaseFile(ctx, removed)
  return removed !== undefined
}

/** In the order of their slots. */
export const listDraftFiles = (ctx: AppContext, draftId: string): Promise<DraftFile[]> =>
  uploadStore.listDraftFiles(ctx.db.read, draftId)

/** To be called in the transaction that deletes the drafts; how many files they held. */
export const forgetDraftFiles = (tx: Queryable, draftIds: string[]): Promise<number> =>
  uploadStore.removeUploadsOfDrafts(tx, draftIds)

/** Those of the ids that name an upload of the tournament which is still valid and not bound; whatever else is given is left out. */
export async function findUploads(ctx: AppContext, tournamentId: string, ids: readonly string[]): Promise<Upload[]> {
  const byHash = new Map(ids.filter((id) => CAPABILITY.test(id)).map((id) => [digestOf(id).toString('hex'), id]))
  if (byHash.size === 0) return []
  const rows = await uploadStore.listUnboundUploads(ctx.db.read, tournamentId, [...byHash.keys()], ctx.now())
  return rows.map(({ capabilityHash, ...upload }) => ({ ...upload, id: byHash.get(capabilityHash.toString('hex'))! }))
}

/** Documents of teams themselves, without their players', that have their file. */
export const listTeamsOwnDocuments = (ctx: AppContext, teamIds: readonly string[]): Promise<TeamsDocument[]> =>
  documentStore.listTeamsOwnDocuments(ctx.db.read, teamIds)

/** A team's documents and its players', in the order they were sent. */
export const listDocuments = (ctx: AppContext, teamId: string): Promise<Document[]> =>
  documentStore.listDocuments(ctx.db.read, teamId)

async function usingUp<T>(ctx: AppContext, received: ReceivedFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await ctx.files.discard(received)
  }
}

async function prepareUpload(ctx: AppContext, file: NewFile) {
  const { tournamentId, kind, received, sender } = file
  await takeAllowance(ctx, hashSender(ctx, sender), received.bytes)
  const { fileId, putAt } = await putFile(ctx, tournamentId, received, sender)
  const originalName = cleanFileName(file.originalName, received.contentType)
  return { tournamentId, kind, fileId, originalName, createdAt: putAt }
}

const draftRegistered = () => new AppError('CONFLICT', { message: m.documents_draft_registered() })
const hashSender = (ctx: AppContext, sender: string) => ctx.keys.hash('sender', sender)

const digestOf = (id: string) => createHash('sha256').update(id).digest()
