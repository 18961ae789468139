import type { AppContext } from '#src/context.ts'
import { takeLock } from '#src/db/locks.ts'
import { listOwners } from '#src/staff/service.ts'
import type { Notice } from '#src/vitals/notices.ts'
import { postStaffMail } from '../letters/post.ts'
import { updateWaitingNotices } from '../store.ts'
import { isSame, readNotices, type TellableNotice, writeNotices } from './model.ts'
import { listNoticeMails } from './store.ts'

/** Between two mails to the owners, however much happens and however many processes see it. */
export const NOTICE_MAILS_EVERY_MS = 3_600_000
const OWNERS_MAX = 20
/** Of one mail; there are a few services, and each is told of once. */
const NOTICES_MAX = 20
/** Of the last hour there is one, and one that waits; staff may have sent that early. */
const RECENT_MAX = 5

/** Tells owners by mail what this process raises. */
export type NoticeMails = {
  /** Posts what could not be posted when it was raised. */
  postWaiting(): Promise<void>
  stop(): void
}

/** Posts a mail when a notice is raised; where the database is away, `postWaiting` does it later. */
export function mailNotices(ctx: AppContext): NoticeMails {
  const waiting = new Map<string, Notice>()
  const postWaiting = async () => {
    const notices = [...waiting.values()]
    if (notices.length === 0) return
    await tellOwners(ctx, notices)
    for (const { id, since } of notices) if (waiting.get(id)?.since === since) waiting.delete(id)
  }
  const hear = (notice: Notice) => {
    waiting.set(notice.id, notice)
    void postWaiting().catch((error) => ctx.log.warn({ notice: notice.kind, err: error }, 'notice.not-mailed'))
  }
  ctx.vitals.noticeListeners.add(hear)
  return { postWaiting, stop: () => void ctx.vitals.noticeListeners.delete(hear) }
}

/**
 * Mails the owners, at most once in `NOTICE_MAILS_EVERY_MS`, which the database decides for all processes: what is raised meanwhile
 * gathers in one mail that goes out when that time is over. What was told within it is not told again.
 */
export async function tellOwners(ctx: AppContext, notices: readonly TellableNotice[]): Promise<void> {
  const now = ctx.now()
  await ctx.db.write.begin(async (tx) => {
    await takeLock(tx, 'notices', '')
    const recent = await listNoticeMails(tx, new Date(now.getTime() - NOTICE_MAILS_EVERY_MS), now, RECENT_MAX)
    const told = recent.flatMap((mail) => readNotices(mail.notices))
    const untold = notices.filter((notice) => !told.some((known) => isSame(known, notice)))
    if (untold.length === 0) return
    const [latest] = recent
    if (latest?.isWaiting) {
      const all = writeNotices([...readNotices(latest.notices), ...untold].slice(0, NOTICES_MAX))
      if ((await updateWaitingNotices(tx, latest.dueAt, all, now)) > 0) return
    }
    const dueAt = latest ? new Date(latest.dueAt.getTime() + NOTICE_MAILS_EVERY_MS) : now
    const data = { notices: writeNotices(untold.slice(0, NOTICES_MAX)), dueAt: dueAt.toISOString() }
    for (const to of await listOwners(tx, OWNERS_MAX))
      await postStaffMail(tx, ctx, { kind: 'notice', to, data, notBefore: dueAt })
  })
}
