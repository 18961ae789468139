import type { Tournament } from '#src/context.ts'

/** When the quiet hours that it is now are over, by the tournament's own clock; undefined where it is none of them. */
export function quietUntil(
  { quietFrom, quietTo, timeZone }: Pick<Tournament, 'quietFrom' | 'quietTo' | 'timeZone'>,
  now: Date,
): Date | undefined {
  if (quietFrom === null || quietTo === null) return undefined
  const here = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone)
  const isAfter = (time: string) => Temporal.PlainTime.compare(here.toPlainTime(), time) >= 0
  const isOvernight = Temporal.PlainTime.compare(quietFrom, quietTo) > 0
  const isQuiet = isOvernight ? isAfter(quietFrom) || !isAfter(quietTo) : isAfter(quietFrom) && !isAfter(quietTo)
  if (!isQuiet) return undefined
  const day = isAfter(quietTo) ? here.toPlainDate().add({ days: 1 }) : here.toPlainDate()
  return new Date(day.toZonedDateTime({ timeZone, plainTime: quietTo }).epochMilliseconds)
}
