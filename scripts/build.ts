/**
 * Builds `dist/teamsheet`, the whole product in one file. `bun run build [--quick]`: quick packs PostgreSQL less tightly, which takes
 * seconds instead of a quarter of a minute. The same sources give the same file.
 */
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { digestOfSources } from './sources.ts'
import { bun, main, ROOT, run, step } from './steps.ts'

export const EXECUTABLE = join(ROOT, 'dist/teamsheet')
/** Digest of the sources that the executable beside it was built from. */
const STAMP = `${EXECUTABLE}.sources`
const QUICK_LEVEL = 9
const RELEASE_LEVEL = 19
/** The program, and what it starts threads with. */
const ENTRIES = ['src/main.ts', 'src/files/heic-worker.ts']
/** Why each of them: DESIGN.md, section 6. Names of classes and functions stay: libraries read them. */
const BUNDLE_FLAGS = [
  ...['--minify-whitespace', '--minify-syntax', '--format=esm'],
  ...['--define', 'process.env.NODE_ENV="production"'],
  // Where we built it is nobody's business; and elsewhere the file is the same.
  ...['--define', '__dirname="/"', '--define', '__filename="/teamsheet"'],
]
const EXECUTABLE_FLAGS = [
  '--bytecode',
  '--splitting',
  '--sourcemap',
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
]

/** True when the executable is there and nothing it is made of has changed since. */
export async function isBuilt(): Promise<boolean> {
  const [isThere, stamp] = await Promise.all([
    Bun.file(EXECUTABLE).exists(),
    Bun.file(STAMP)
      .text()
      .catch(() => ''),
  ])
  return isThere && stamp === (await digestOfSources())
}

/** Every step from the sources to the executable. Throws what a step throws, and then leaves the former executable in its place. */
export async function build({ isQuick }: { isQuick: boolean }): Promise<void> {
  const digest = await digestOfSources()
  await step('Messages', () => bun(['scripts/messages.ts'], { isQuiet: true }))
  await step('Pages’ styles and scripts', () => bun(['scripts/assets.ts'], { isQuiet: true }))
  const pack = await step('PostgreSQL', async () => {
    const { packPostgres } = await import('./pack-postgres.ts')
    return packPostgres({ level: isQuick ? QUICK_LEVEL : RELEASE_LEVEL })
  })
  await step('Licences', writeLicenses)
  await step('Executable', () => compile(pack))
  await Bun.write(STAMP, digest)
}

async function writeLicenses(): Promise<void> {
  const { gatherLicenses } = await import('./licenses.ts')
  await inFolder(async (folder) => {
    const listing = join(folder, 'bundle.json')
    await bun(['build', ...ENTRIES, '--target=bun', ...BUNDLE_FLAGS, `--metafile=${listing}`, `--outdir=${folder}`], {
      isQuiet: true,
    })
    const { inputs } = (await Bun.file(listing).json()) as { inputs: Record<string, unknown> }
    await Bun.write(join(ROOT, 'dist/licenses.txt'), await gatherLicenses(Object.keys(inputs)))
  })
}

/** Each asset appears beside the code under the last part of its name. */
async function compile(pack: string): Promise<void> {
  await inFolder(async (folder) => {
    const outfile = join(folder, 'teamsheet')
    const assets = ['dist/public', 'dist/licenses.txt', 'drizzle', pack].flatMap((path) => ['--asset', path])
    const flags = ['--compile', ...BUNDLE_FLAGS, ...EXECUTABLE_FLAGS, ...assets]
    await bun(['build', ...ENTRIES, ...flags, '--outfile', outfile], { isQuiet: true })
    await run([outfile, 'version'])
    renameSync(outfile, EXECUTABLE)
  })
}

/** A folder on the same disk as the executable, gone afterwards. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(ROOT, 'dist/.build-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  await main(async () => {
    await build({ isQuick: process.argv.includes('--quick') })
    console.log(`\ndist/teamsheet: ${(Bun.file(EXECUTABLE).size / 1e6).toFixed(0)} MB`)
    return 0
  })
}
