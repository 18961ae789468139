import type { Table } from './setting.ts'

const PREFIX = 'TEAMSHEET_'
/** Shorter names are near to too many others. */
const LENGTH_MIN = 6
/** Names from this length on are meant by two wrong letters, shorter ones by one: HTTP_PORT is not SMTP_PORT. */
const LONG = 10
const DISTANCE_MAX = 2
/** Of well-known programs. */
const FOREIGN =
  /^(?:PG|LC_|XDG_|NODE_|BUN_|NPM_|GIT_|SSH_|SSL_|DOCKER_|COMPOSE_|KUBERNETES_|POSTGRES_|MYSQL_|REDIS_|SYSTEMD_|HTTPS?_|NO_|AWS_|QT_|GTK_)/
/** What container platforms set for a service that is called teamsheet. */
const OF_PLATFORM = /^TEAMSHEET_(?:SERVICE_|PORT_\d+_|NAME$|ENV_)/
const PLATFORM_VALUE = /^(?:tcp|udp|sctp):\/\//

/** Every name that means something, aliases and `NAME_FILE` included. */
export function knownNames(table: Table): Set<string> {
  const names = plainNames(table)
  return new Set([...names, ...names.map((name) => `${name}_FILE`)])
}

/** Sentences about names in the environment that mean nothing here but look as if they were meant for us. */
export function misspeltInEnvironment(table: Table, env: Readonly<Record<string, string | undefined>>): string[] {
  const known = knownNames(table)
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value?.trim() || known.has(name)) return []
    if (name.startsWith(PREFIX)) {
      if (OF_PLATFORM.test(name) || PLATFORM_VALUE.test(value)) return []
      return [unknown(name, 'the environment', nearestName(table, name.slice(PREFIX.length)))]
    }
    const nearest = FOREIGN.test(name) ? undefined : nearestName(table, name)
    return nearest === undefined ? [] : [unknown(name, 'the environment', nearest)]
  })
}

/** The same of the configuration file, where every name is meant for us. `lines` maps names to where they stand. */
export function unknownInFile(table: Table, lines: ReadonlyMap<string, number>): string[] {
  const known = knownNames(table)
  return [...lines]
    .filter(([name]) => !known.has(name))
    .map(([name, line]) => {
      const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name
      return unknown(name, `line ${line} of the configuration file`, nearestName(table, bare))
    })
}

const unknown = (name: string, place: string, nearest: string | undefined) =>
  `${name} in ${place} is no setting and has no effect.${nearest === undefined ? '' : ` Is ${nearest} meant?`}`

/** The known name that was probably meant; the name itself where it is known. */
export function nearestName(table: Table, name: string): string | undefined {
  const upper = name.toUpperCase()
  const names = plainNames(table)
  const secret = plainNames(Object.fromEntries(Object.entries(table).filter(([, setting]) => setting.secret)))
  const candidates = [...names, ...secret.map((known) => `${known}_FILE`)]
  if (candidates.includes(upper)) return upper
  if (upper.length < LENGTH_MIN) return undefined
  return nearest(
    upper,
    candidates.filter((known) => known.length >= LENGTH_MIN),
  )
}

/** Of `candidates`, the one that the fewest wrong letters lead to, if they are few enough. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((known) => ({ known, distance: distanceOf(name, known) }))
    .filter(({ known, distance }) => distance <= (known.length < LONG ? 1 : DISTANCE_MAX))
  return ranked.sort((a, b) => a.distance - b.distance)[0]?.known
}

const plainNames = (table: Table) =>
  Object.entries(table).flatMap(([name, setting]) => [name.toUpperCase(), ...(setting.aliases ?? [])])

/** Letters left out, added, replaced or swapped with their neighbour: the optimal string alignment distance. */
function distanceOf(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > DISTANCE_MAX) return Number.POSITIVE_INFINITY
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const replaced = last[column - 1]! + (isSame ? 0 : 1)
      const swapped = isSwapped ? before[column - 2]! + 1 : Number.POSITIVE_INFINITY
      line.push(Math.min(last[column]! + 1, line[column - 1]! + 1, replaced, swapped))
    }
    before = last
    last = line
  }
  return last[b.length]!
}
