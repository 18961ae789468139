import { m } from '#messages'
import type { DependencyStatus } from '#src/lib/dependency.ts'
import type { Notice } from '#src/vitals/notices.ts'

const TASKS: Record<string, () => string> = {
  'keep-warm': m.system_task_keep_warm,
  'expire-answers': m.system_task_expire_answers,
  'expire-uploads': m.system_task_expire_uploads,
  'expire-drafts': m.system_task_expire_drafts,
  'remind-of-missing': m.system_task_remind_of_missing,
  'expire-mails': m.system_task_expire_mails,
  'seal-audit': m.system_task_seal_audit,
  'expire-audit': m.system_task_expire_audit,
  'erase-documents': m.system_task_erase_documents,
  'expire-sessions': m.system_task_expire_sessions,
  'expire-challenges': m.system_task_expire_challenges,
  'expire-links': m.system_task_expire_links,
  'expire-staff-links': m.system_task_expire_staff_links,
  'expire-counts': m.system_task_expire_counts,
  'move-files': m.system_task_move_files,
  'draw-pictures': m.system_task_draw_pictures,
  'deliver-mail': m.system_task_deliver_mail,
  'collect-orphans': m.system_task_collect_orphans,
  'remove-traces': m.system_task_remove_traces,
}
const FAILURES = {
  status: m.system_failure_status,
  network: m.system_failure_network,
  timeout: m.system_failure_timeout,
}
const NOTICES: Record<Notice['kind'], (about: { name: string; time: string }) => string> = {
  'dependency-open': m.system_notice_dependency,
  'error-rate': m.system_notice_errors,
  'files-waiting': m.system_notice_files_waiting,
  'files-leaving': m.system_notice_files_leaving,
}
const UNITS = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['seconds', 1000],
] as const
const UNITS_SHOWN = 2
const MEGABYTE = 1024 ** 2
const GIGABYTE = 1024 ** 3

/** A task's name in words; of one without words, the name itself. */
export const taskWords = (name: string): string => TASKS[name]?.() ?? name

/** Statuses by which a host says that it does not know us: unauthorized and forbidden (RFC 9110). */
const UNKNOWN_TO_IT = new Set(['401', '403'])

export const failureWords = ({ reason, detail }: NonNullable<DependencyStatus['lastFailure']>): string =>
  reason === 'status' && UNKNOWN_TO_IT.has(detail)
    ? m.system_failure_credentials({ detail })
    : FAILURES[reason]({ detail })

export function noticeWords({ kind, subject, since }: Omit<Notice, 'id'>, timeZone: string, lang = 'en'): string {
  const time = new Intl.DateTimeFormat(lang, {
    dateStyle: 'medium',
    timeStyle: 'short',
    hourCycle: 'h23',
    timeZone,
  }).format(since)
  return NOTICES[kind]({ name: subject, time })
}

/** `2 days, 3 hours`; below a second, milliseconds. */
export function durationWords(ms: number, lang = 'en'): string {
  if (Math.round(ms) < 1000) return format({ milliseconds: Math.round(ms) }, 'short', lang)
  let left = Math.round(ms / 1000) * 1000
  const parts: [string, number][] = []
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(left / unitMs)
    left -= count * unitMs
    if (count > 0 && parts.length < UNITS_SHOWN) parts.push([unit, count])
  }
  return format(Object.fromEntries(parts), 'long', lang)
}

const format = (duration: Partial<Record<Intl.DurationFormatUnit, number>>, style: 'long' | 'short', lang: string) =>
  new Intl.DurationFormat(lang, { style, milliseconds: style, millisecondsDisplay: 'auto' }).format(duration) || '0 ms'

export const gigabytes = (bytes: number, lang = 'en') =>
  new Intl.NumberFormat(lang, { style: 'unit', unit: 'gigabyte', maximumFractionDigits: 1 }).format(bytes / GIGABYTE)

export const megabytes = (bytes: number, lang = 'en') =>
  new Intl.NumberFormat(lang, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 }).format(bytes / MEGABYTE)

export const percent = (share: number, lang = 'en') =>
  new Intl.NumberFormat(lang, { style: 'percent', maximumFractionDigits: 1 }).format(share)

export const whole = (count: number, lang = 'en') => new Intl.NumberFormat(lang).format(count)
