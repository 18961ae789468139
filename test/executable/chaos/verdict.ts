import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { PICTURE_SIZES, pictureName } from '#src/files/picture-name.ts'
import type { FileHostStandIn } from '#test/support/file-host.ts'
import { type Sent, SMALL_TOURNAMENT, type Story, sha256 } from './captains.ts'
import type { Arrived } from './dice.ts'

const PLAYERS = 11
/** As the tests' registrations: the letter, then the photo. */
type Team = {
  name: string
  tournamentId: string
  slug: string
  number: number
  reference: string
  players: number
  isWhole: boolean
  digests: string[]
}
type File = {
  tournamentId: string
  name: string
  digest: string
  isNamed: boolean
  hasPictures: boolean
  isDrawable: boolean
}
type Mail = { id: string; state: string; toAddress: string; teamName: string | null }

export type Figures = Record<string, number>
export type Scene = {
  sql: Sql
  story: Story
  host: FileHostStandIn
  arrived: readonly Arrived[]
  folders: readonly string[]
}

/** Compares the database, the host, the spools and the mail that arrived with what was sent. `problems` is empty where nothing was lost, doubled or left. */
export async function judge({
  sql,
  story,
  host,
  arrived,
  folders,
}: Scene): Promise<{ problems: string[]; figures: Figures }> {
  const teams = await listTeams(sql)
  const files = await listFiles(sql)
  const mails = await sql<Mail[]>`
    select m.id, m.state, m.to_address as "toAddress", t.name as "teamName" from mails m left join teams t on t.id = m.team_id`
  const byMail = Map.groupBy(arrived, ({ messageId }) => messageId.slice(1, 37))
  const pictures = files.filter(({ hasPictures }) => hasPictures)
  return {
    problems: [
      ...story.problems,
      ...judgeTeams(teams, story.sent),
      ...judgeMails(mails, teams, byMail),
      ...judgeFiles(files, host),
      ...(await judgeCopies(sql, files)),
      ...judgeSpools(folders),
    ],
    figures: {
      sent: story.sent.length,
      registered: story.sent.filter(({ end }) => end.is === 'registered').length,
      refused: story.sent.filter(({ end }) => end.is === 'refused').length,
      unknown: story.sent.filter(({ end }) => end.is === 'unknown').length,
      teams: teams.length,
      files: files.length,
      'photos with pictures': pictures.length,
      'photos without': files.filter(({ isDrawable, hasPictures }) => isDrawable && !hasPictures).length,
      'kept at the host': host.kept.size,
      mails: mails.length,
      'mails that arrived': arrived.length,
      'mails that arrived more than once': [...byMail.values()].filter((times) => times.length > 1).length,
    },
  }
}

async function listTeams(sql: Sql): Promise<Team[]> {
  return sql<Team[]>`
    select t.name, t.tournament_id as "tournamentId", c.slug, t.number, t.reference,
      (select count(*)::int from players where team_id = t.id) as players,
      (select count(*) = 1 from decision_requests where team_id = t.id)
      and exists (select from registration_moves where team_id = t.id)
      and (select count(*) = 1 from mails where team_id = t.id and kind = 'received')
      and exists (select from entry_links where team_id = t.id)
      and exists (select from audit_entries where subject_id = t.id) as "isWhole",
      array(select encode(f.digest, 'hex') from documents d join files f on f.id = d.file_id
        where d.team_id = t.id order by d.position) as digests
    from teams t join tournaments c on c.id = t.tournament_id order by t.tournament_id, t.number`
}

const listFiles = (sql: Sql): Promise<File[]> =>
  sql<File[]>`
    select tournament_id as "tournamentId", name, encode(digest, 'hex') as digest, likeness is not null as "hasPictures",
      content_type <> 'application/pdf' as "isDrawable", exists (select from documents where file_id = files.id) as "isNamed"
    from files`

/** Every acknowledged one is there, nothing is that was refused, and each is whole and rightly numbered. */
function judgeTeams(teams: readonly Team[], sent: readonly Sent[]): string[] {
  const problems: string[] = []
  const keyOf = ({ name, slug }: { name: string; slug: string }) => `${slug} ${name}`
  const byKey = Map.groupBy(teams, keyOf)
  const slugOf = ({ tournament }: Sent) => tournament ?? 'icct26'
  for (const each of sent) {
    const found = byKey.get(keyOf({ name: each.teamName, slug: slugOf(each) })) ?? []
    const [team] = found
    if (found.length > 1) problems.push(`${each.teamName} is there ${found.length} times`)
    if (each.end.is === 'registered' && team?.reference !== each.end.answer.reference)
      problems.push(`${each.teamName} was acknowledged and is ${team ? 'another' : 'missing'}`)
    if (each.end.is === 'refused' && team) problems.push(`${each.teamName} was refused and is there`)
    if (team && String(team.digests) !== String(each.digests)) problems.push(`${each.teamName} has other documents`)
  }
  const known = new Set(sent.map((each) => keyOf({ name: each.teamName, slug: slugOf(each) })))
  for (const team of teams) {
    if (!known.has(keyOf(team))) problems.push(`${team.name} was sent by nobody`)
    if (!team.isWhole || team.players !== PLAYERS) problems.push(`${team.name} is there by half`)
  }
  for (const [slug, numbered] of Map.groupBy(teams, (team) => team.slug))
    if (numbered.some(({ number }, index) => number !== index + 1))
      problems.push(`numbers of ${slug}: ${numbered.map(({ number }) => number)}`)
  const small = teams.filter(({ slug }) => slug === SMALL_TOURNAMENT.slug).length
  if (small !== SMALL_TOURNAMENT.capacity) problems.push(`${small} teams in the small tournament`)
  return problems
}

function judgeMails(mails: readonly Mail[], teams: readonly Team[], byMail: ReadonlyMap<string, Arrived[]>): string[] {
  const problems: string[] = []
  const known = new Map(mails.map((mail) => [mail.id, mail]))
  const references = new Map(teams.map(({ name, reference }) => [name, reference]))
  for (const { id, state, toAddress, teamName } of mails) {
    if (state !== 'sent') problems.push(`mail ${id} is ${state}`)
    const times = byMail.get(id) ?? []
    if (times.length === 0) problems.push(`mail ${id} never arrived`)
    for (const { to, text } of times) {
      if (to !== toAddress) problems.push(`mail ${id} went to somebody else`)
      if (teamName !== null && !text.includes(references.get(teamName)!))
        problems.push(`mail ${id} has not its reference`)
    }
    if (new Set(times.map(({ messageId }) => messageId)).size > 1) problems.push(`mail ${id} has several Message-IDs`)
  }
  for (const [id, [mail]] of byMail) {
    if (!known.has(id)) problems.push(`mail ${id} arrived and is not known`)
    if (mail!.text.includes('Breaking')) problems.push(`mail ${id} is of a registration that was rolled back`)
  }
  return problems
}

/** At the host lie the files of registered teams and their pictures, each once and with the right bytes, and nothing else. */
function judgeFiles(files: readonly File[], host: FileHostStandIn): string[] {
  const problems = files.filter(({ isNamed }) => !isNamed).map(({ name }) => `file ${name} is an orphan`)
  const copies = Map.groupBy(host.kept.keys(), (key) =>
    key
      .split('/')
      .slice(-2)
      .join('/')
      .slice(0, -'-'.length - 36),
  )
  const expected = new Map<string, string | undefined>()
  for (const { tournamentId, name, digest, hasPictures } of files) {
    expected.set(`${tournamentId}/${name}`, digest)
    if (hasPictures)
      for (const size of PICTURE_SIZES) expected.set(`${tournamentId}/${pictureName(name, size)}`, undefined)
  }
  for (const [name, digest] of expected) {
    const keys = copies.get(name) ?? []
    if (keys.length !== 1) problems.push(`${name} is at the host ${keys.length} times`)
    if (digest && keys.some((key) => sha256(host.kept.get(key)!) !== digest))
      problems.push(`${name} is damaged at the host`)
  }
  for (const [name, keys] of copies) if (!expected.has(name)) problems.push(`${keys} should not be at the host`)
  for (const fault of new Set(host.faults)) problems.push(`the host was asked wrongly: ${fault}`)
  return problems
}

async function judgeCopies(sql: Sql, files: readonly File[]): Promise<string[]> {
  const rows = await sql<{ state: string; isSpooled: boolean; count: number }[]>`
    select state, spool is not null as "isSpooled", count(*)::int from file_copies group by 1, 2`
  const wanted = files.length + PICTURE_SIZES.length * files.filter(({ hasPictures }) => hasPictures).length
  const isRight = rows.length === 1 && rows[0]!.state === 'there' && !rows[0]!.isSpooled && rows[0]!.count === wanted
  return isRight ? [] : [`copies: ${JSON.stringify(rows)}, expected ${wanted}`]
}

function judgeSpools(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    const left = readdirSync(join(folder, 'data/files'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'installation')
      .map(({ name, parentPath }) => join(parentPath.slice(folder.length), name))
    return left.length === 0 ? [] : [`left in a spool: ${left.slice(0, 5)} (${left.length})`]
  })
}
