import { m } from '#messages'
import type { Tournament } from '#src/context.ts'

const MINOR_PER_MAJOR = 100

/** The entry fee in the tournament's currency; a word where there is none. */
export function feeText(tournament: Tournament): string {
  if (tournament.feeMinor === 0) return m.form_fee_none()
  const format = new Intl.NumberFormat(`en-${tournament.country}`, {
    style: 'currency',
    currency: tournament.currency,
    trailingZeroDisplay: 'stripIfInteger',
  })
  return format.format(tournament.feeMinor / MINOR_PER_MAJOR)
}

/** An instant in the tournament's zone, which is named beside it. */
export function instantText(tournament: Tournament, instant: Date): string {
  const format = new Intl.DateTimeFormat(`en-${tournament.country}`, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: tournament.timeZone,
  })
  return m.registration_instant({ instant: format.format(instant), zone: tournament.timeZone })
}

/** A first and a last day as one: `14–16 May 2026`. */
export function daysText(tournament: Tournament): string | undefined {
  if (tournament.startsOn === null) return undefined
  const day = (date: string) => new Date(`${date}T00:00:00Z`)
  const format = new Intl.DateTimeFormat(`en-${tournament.country}`, { dateStyle: 'long', timeZone: 'UTC' })
  return format.formatRange(day(tournament.startsOn), day(tournament.endsOn ?? tournament.startsOn))
}
