import { m } from '#messages'
import type { Tournament } from '#src/context.ts'
import type { FieldError } from '#src/errors.ts'
import { nameKey, type Wrong } from '#src/lib/names.ts'
import type { Player } from '#src/teams/model.ts'

const OLDEST_BIRTH_YEAR = 1900

/** Rules of the squad as a whole: its size, no player twice, no jersey number twice. */
export function checkSquad(
  tournament: Tournament,
  players: readonly Player[],
  before: readonly FieldError[],
): FieldError[] {
  const errors: FieldError[] = []
  const { squadMin: min, squadMax: max } = tournament
  if ((players.length < min || players.length > max) && !before.some((error) => error.field === 'players'))
    errors.push({
      field: 'players',
      code: 'squad_size',
      message: m.rules_squad_size({ min, max, count: players.length }),
    })

  const names = new Map<string, number>()
  const jerseys = new Map<number, number>()
  players.forEach((player, index) => {
    const key = `${nameKey(player.name)} ${tournament.asksDateOfBirth ? player.dateOfBirth : ''}`
    const twin = names.get(key)
    if (player.name !== '' && twin !== undefined)
      errors.push({
        field: `players[${index}].name`,
        code: 'duplicate',
        message: m.rules_player_twice({ number: twin + 1 }),
      })
    else names.set(key, index)

    if (player.jerseyNumber === null) return
    const wearer = jerseys.get(player.jerseyNumber)
    if (wearer !== undefined)
      errors.push({
        field: `players[${index}].jerseyNumber`,
        code: 'duplicate',
        message: m.rules_jersey_twice({ number: wearer + 1 }),
      })
    else jerseys.set(player.jerseyNumber, index)
  })
  return errors
}

/** A date `YYYY-MM-DD` (ISO 8601), within the tournament's ages on its first day. */
export function checkDateOfBirth(tournament: Tournament, given: string): Wrong | undefined {
  const born = /^\d{4}-\d{2}-\d{2}$/.test(given) ? plainDate(given) : undefined
  const today = Temporal.Now.plainDateISO(tournament.timeZone)
  if (!born || born.year < OLDEST_BIRTH_YEAR || Temporal.PlainDate.compare(born, today) > 0)
    return { code: 'date', message: m.rules_birth_date() }
  const firstDay = tournament.startsOn === null ? today : Temporal.PlainDate.from(tournament.startsOn)
  const age = born.until(firstDay, { largestUnit: 'years' }).years
  if (age < (tournament.ageMin ?? 0) || age > (tournament.ageMax ?? Number.POSITIVE_INFINITY))
    return {
      code: 'age',
      message: m.rules_age({ min: tournament.ageMin ?? 0, max: tournament.ageMax ?? m.rules_age_any() }),
    }
  return undefined
}

function plainDate(given: string): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from(given, { overflow: 'reject' })
  } catch {
    return undefined
  }
}
