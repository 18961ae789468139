import { expect, test } from 'bun:test'
import { lockedMaxMs } from '#src/erasure/traces.ts'

test('by day nobody is kept waiting for two seconds; by night, as the tournament’s clock says, it takes what it takes', () => {
  const at = (time: string, zone: string) =>
    lockedMaxMs(new Date(Temporal.ZonedDateTime.from(`2026-03-05T${time}[${zone}]`).epochMilliseconds), zone)
  for (const zone of ['Asia/Kolkata', 'America/St_Johns', 'UTC']) {
    for (const time of ['00:30', '01:59:59', '05:00', '13:00']) expect([time, at(time, zone)]).toEqual([time, 1500])
    for (const time of ['02:00', '04:59:59']) expect([time, at(time, zone)]).toEqual([time, 120_000])
  }
})
