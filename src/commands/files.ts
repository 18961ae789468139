import { parseArgs } from 'node:util'
import type { Config } from '#src/config.ts'
import { settleFilesMark } from '#src/db/installation.ts'
import { findBacklogs, listCopies } from '#src/files/copies-store.ts'
import { type Moved, moveFiles, readStored } from '#src/files/move.ts'
import { type Amount, countFiles, type Place, pagesOfFiles, type StoredFile } from '#src/files/stored-files.ts'
import type { OpenedContext } from './open-context.ts'

/** EX_USAGE and EX_TEMPFAIL of sysexits.h. */
const EXIT_USAGE = 64
const EXIT_AGAIN = 75
const EXIT_DAMAGED = 1
const USAGE = 'Usage: teamsheet files move --to disk|cloudinary|s3 [--dry-run]   or   teamsheet files verify'
const PLACES: Record<Place, string> = { disk: 'on the disk', cloudinary: 'at Cloudinary', s3: 'in the bucket' }
const MEGABYTE = 1_048_576
/** Files that are named one by one. */
const NAMED_MAX = 100

type FilesCommandTools = {
  /** Opens the database and the files, beside a running server or alone. */
  open(flags: Readonly<Record<string, string | undefined>>): Promise<OpenedContext>
  print(line: string): void
  complain(line: string): void
  /** Put in for tests. */
  sleep?: (ms: number) => Promise<unknown>
}

/**
 * `files move`: brings every file to where FILE_STORE says that files are kept. `files verify`: reads every file and compares. Return the
 * exit code: 75 where another run may do what this one could not, 1 where files are missing or damaged.
 */
export async function files(args: string[], tools: FilesCommandTools): Promise<number> {
  const asked = readArguments(args)
  if (asked === undefined) {
    tools.complain(USAGE)
    return EXIT_USAGE
  }
  const opened = await tools.open({ data: asked.data, config: asked.config })
  try {
    return asked.to === undefined ? await verify(opened, tools) : await move(opened, asked.to, asked.isDryRun, tools)
  } finally {
    await opened.close()
  }
}

function readArguments(args: string[]) {
  try {
    const options = {
      to: { type: 'string' },
      'dry-run': { type: 'boolean' },
      data: { type: 'string' },
      config: { type: 'string' },
    } as const
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const { to, data, config, 'dry-run': isDryRun = false } = values
    const [verb, ...others] = positionals
    if (others.length > 0) return undefined
    if (verb === 'verify' && to === undefined && !isDryRun) return { to: undefined, isDryRun, data, config }
    return verb === 'move' && isPlace(to) ? { to, isDryRun, data, config } : undefined
  } catch {
    return undefined
  }
}

const isPlace = (value: string | undefined): value is Place => value !== undefined && Object.hasOwn(PLACES, value)

async function move({ ctx, hosting }: OpenedContext, to: Place, isDryRun: boolean, tools: FilesCommandTools) {
  const { print, complain, sleep } = tools
  const refusal = refuse(ctx.config, to)
  if (refusal) {
    complain(refusal)
    return EXIT_USAGE
  }
  const { all, elsewhere } = await countFiles(ctx.db.read, to)
  if (isDryRun) {
    print(`${amountWords(elsewhere)} of ${amountWords(all)} would be moved; the others are ${PLACES[to]} already.`)
    return 0
  }
  const counts = new Map<Moved, number>()
  const report = troubleReport(complain)
  for await (const outcomes of moveFiles(hosting, { to, ...(sleep ? { sleep } : {}) })) {
    for (const { file, moved } of outcomes) {
      counts.set(moved, (counts.get(moved) ?? 0) + 1)
      report(file, moved)
    }
    const seen = [...counts.values()].reduce((sum, count) => sum + count, 0)
    print(`${seen} of ${all.files + all.pictures} looked at, ${counts.get('moved') ?? 0} moved.`)
  }
  const count = (...outcomes: Moved[]) => outcomes.reduce((sum, outcome) => sum + (counts.get(outcome) ?? 0), 0)
  const [late, lost] = [count('unreachable', 'elsewhere'), count('missing', 'damaged')]
  if (late > 0) complain(`${late} could not be moved yet. Run it again: it goes on where it ended.`)
  if (lost > 0) complain(`${lost} are missing or damaged, and were left as they are.`)
  if (late > 0) return EXIT_AGAIN
  if (lost > 0) return EXIT_DAMAGED
  if (to === 'disk') await settleFilesMark(ctx.db, hosting.mark)
  print(`All ${count('moved', 'there')} files and pictures are ${PLACES[to]}.`)
  const { leaving } = await findBacklogs(ctx.db.read)
  if (leaving !== undefined)
    print(
      `The server still has to delete ${leaving.files} at their former host: it needs its settings until the System page names none.`,
    )
  return 0
}

/** Why not there: what arrives meanwhile has to go to the same place, and every server has to know the way to it. */
const refuse = ({ fileStore }: Config, to: Place) =>
  fileStore === to
    ? undefined
    : `FILE_STORE is ${fileStore}. Set FILE_STORE=${to} with its settings, keep those of the former store, restart the server, and run this again.`

async function verify({ ctx, hosting }: OpenedContext, { print, complain }: FilesCommandTools): Promise<number> {
  const report = troubleReport(complain)
  let [whole, late, lost] = [0, 0, 0]
  for await (const page of pagesOfFiles(ctx.db.read))
    for (const file of page) {
      const found = await listCopies(ctx.db.read, file)
        .then((known) => readStored(hosting, file, known))
        .catch(() => 'unreachable' as const)
      if (typeof found !== 'string') whole += 1
      else {
        report(file, found)
        if (found === 'unreachable' || found === 'elsewhere') late += 1
        else lost += 1
      }
    }
  print(`${whole} files and pictures are whole, ${lost} are missing or damaged, ${late} could not be read now.`)
  return lost > 0 ? EXIT_DAMAGED : late > 0 ? EXIT_AGAIN : 0
}

const TROUBLE: Partial<Record<Moved, string>> = {
  missing: 'is nowhere',
  damaged: 'is not what was received',
  elsewhere: 'waits on the disk of another machine, whose server has to run',
  unreachable: 'is at a host, or goes to one, that does not answer',
}

/** Names the first files with which something is wrong. */
function troubleReport(complain: (line: string) => void) {
  let named = 0
  return ({ fileId, digest }: StoredFile, moved: Moved) => {
    const trouble = TROUBLE[moved]
    if (trouble === undefined || named >= NAMED_MAX) return
    named += 1
    complain(`${digest === undefined ? 'A picture of file' : 'File'} ${fileId} ${trouble}.`)
  }
}

const amountWords = ({ files, bytes, pictures }: Amount) =>
  `${files} files (${(bytes / MEGABYTE).toFixed(1)} MB) and ${pictures} pictures drawn of them`
