import type { AppContext } from '#src/context.ts'
import type { Database } from '#src/db/client.ts'
import { AppError, usedUpError } from '#src/errors.ts'
import { inOwnTime, outsideScope } from '#src/lib/scope.ts'
import { listHeldBytes } from './store.ts'

const KILOBYTE = 1024
const KILOBYTES_A_MEGABYTE = 1024
const HOUR_SECONDS = 3600

/** Of the disk, for all files that no registration names yet; and of that, for one sender. */
const UNNAMED_SHARE = 1 / 4
const SENDER_SHARE = 1 / 4
const COUNT_EVERY_MS = 30_000
const SENDERS_COUNTED_MAX = 10_000

type Held = { total: number; bySender: Map<string, number> }

/** By database, as it is the database that is counted. */
const counts = new WeakMap<Database, { startedAt: number; held: Promise<Held> }>()

/**
 * Takes the file out of what its sender may still send this hour and may hold at all; the hour is not counted when
 * `ENABLE_RATE_LIMITING` is false. What is held is counted in the database at most every 30 seconds, and added to in between.
 * Throws RATE_LIMITED, STORAGE_UNAVAILABLE.
 */
export async function takeAllowance(ctx: AppContext, senderHash: Buffer, bytes: number): Promise<void> {
  const sender = senderHash.toString('hex')
  if (ctx.config.enableRateLimiting) {
    const { rateLimitFilesHour, rateLimitFileMegabytesHour } = ctx.config
    const kilobytes = rateLimitFileMegabytesHour * KILOBYTES_A_MEGABYTE
    await takeFromHour(ctx, 'files', rateLimitFilesHour, sender, 1)
    await takeFromHour(ctx, 'file kilobytes', kilobytes, sender, Math.ceil(bytes / KILOBYTE))
  }
  const totalMax = (await ctx.files.totalBytes()) * UNNAMED_SHARE
  const held = await countHeld(ctx.db)
  const own = held.bySender.get(sender) ?? 0
  if (held.total + bytes > totalMax || own + bytes > totalMax * SENDER_SHARE) throw new AppError('STORAGE_UNAVAILABLE')
  held.total += bytes
  held.bySender.set(sender, own + bytes)
}

async function takeFromHour(
  ctx: AppContext,
  name: string,
  points: number,
  sender: string,
  taken: number,
): Promise<void> {
  const verdict = await ctx.limits.requests.take(name, { points, seconds: HOUR_SECONDS }, sender, taken)
  if (!verdict.allowed) throw usedUpError(name.replace(' ', '-'), verdict)
}

function countHeld(db: Database): Promise<Held> {
  const known = counts.get(db)
  if (known !== undefined && performance.now() - known.startedAt < COUNT_EVERY_MS) return inOwnTime(known.held)
  const held = outsideScope(() => count(db))
  counts.set(db, { startedAt: performance.now(), held })
  held.catch(() => counts.delete(db))
  return inOwnTime(held)
}

async function count(db: Database): Promise<Held> {
  const rows = await listHeldBytes(db.read, SENDERS_COUNTED_MAX)
  return { total: rows[0]?.total ?? 0, bySender: new Map(rows.map((row) => [row.sender, row.bytes])) }
}
