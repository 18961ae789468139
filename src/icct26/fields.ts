import type { DocumentKind } from '#src/documents/model.ts'

/** The names of this door's form and what each is in a registration's body: the one place that knows both. */
const TEXTS = new Map(
  Object.entries({
    team_name: 'teamName',
    church_name: 'clubName',
    captain_name: 'captain.name',
    captain_phone: 'captain.phone',
    captain_email: 'captain.email',
    captain_whatsapp: 'captain.whatsapp',
    vice_name: 'viceCaptain.name',
    vice_phone: 'viceCaptain.phone',
    vice_email: 'viceCaptain.email',
    vice_whatsapp: 'viceCaptain.whatsapp',
  }),
)
const TEXTS_OF_PLAYER = ['name', 'role'] as const
const FILES = ['pastor_letter', 'payment_receipt', 'group_photo'] as const satisfies DocumentKind[]
const FILES_OF_PLAYER = { aadhar_file: 'aadhar', subscription_file: 'subscription' } as const satisfies Record<
  string,
  DocumentKind
>

export const TEXT_FIELDS = [...TEXTS.keys()]
export const TEXT_FIELDS_OF_PLAYER = TEXTS_OF_PLAYER
export const FILE_FIELDS = FILES
export const FILE_FIELDS_OF_PLAYER = Object.keys(FILES_OF_PLAYER)

/** Two digits are more than any squad has. */
const OF_PLAYER = /^player_(0|[1-9]\d?)_(\w+)$/
const PATH_OF_PLAYER = /^players\[(\d+)\]\.(\w+)$/
const FIELD_OF_PATH = new Map([...TEXTS].map(([field, path]) => [path, field]))

/** Whose document a file field holds; `player` counts from 0 and is null for the team's. Undefined for any other name. */
export function documentOf(field: string): { kind: DocumentKind; player: number | null } | undefined {
  const ofTeam = FILES.find((kind) => kind === field)
  if (ofTeam) return { kind: ofTeam, player: null }
  const [, player, name] = OF_PLAYER.exec(field) ?? []
  const kind = Object.entries(FILES_OF_PLAYER).find(([known]) => known === name)?.[1]
  return kind && { kind, player: Number(player) }
}

/** The field that a document comes in. */
export function fieldOf(kind: DocumentKind, player: number | null): string {
  const name = Object.entries(FILES_OF_PLAYER).find(([, known]) => known === kind)?.[0]
  return player === null || name === undefined ? kind : `player_${player}_${name}`
}

/**
 * A form's texts as the body of a registration. Players stand at their numbers, and there are as many as the highest number says, of a
 * file or of a text: one that was left out is there without a name, and is refused for it.
 */
export function bodyOf(texts: ReadonlyMap<string, string>, fileFields: readonly string[]): Record<string, unknown> {
  const body: Record<string, Record<string, string> | string | unknown[]> = {}
  const players: Record<string, string>[] = []
  for (const [field, value] of texts) {
    const [first, second] = TEXTS.get(field)?.split('.') ?? []
    if (first === undefined) continue
    if (second === undefined) body[first] = value
    else body[first] = { ...(body[first] as Record<string, string> | undefined), [second]: value }
  }
  for (const field of [...texts.keys(), ...fileFields]) {
    const [, number, name] = OF_PLAYER.exec(field) ?? []
    if (number === undefined || (documentOf(field) === undefined && !isTextOfPlayer(name))) continue
    const known = players[Number(number)]
    players[Number(number)] = isTextOfPlayer(name) ? { ...known, [name!]: texts.get(field) ?? '' } : (known ?? {})
  }
  return { ...body, players: Array.from(players, (player) => player ?? {}) }
}

const isTextOfPlayer = (name: string | undefined) => TEXTS_OF_PLAYER.some((known) => known === name)

/** A field of a registration's body by the name that this door's form has for it; what is no such field stays as it is. */
export function fieldOfPath(path: string): string {
  const [, player, name] = PATH_OF_PLAYER.exec(path) ?? []
  return player === undefined ? (FIELD_OF_PATH.get(path) ?? path) : `player_${player}_${name}`
}
