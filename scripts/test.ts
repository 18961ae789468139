/** `bun run test`: everything, on a machine that has nothing but Bun. Stops at the first step that fails. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findPrivateLines, readRunLog } from '../test/support/run-log.ts'
import { build } from './build.ts'
import { ensureChromium } from './chromium.ts'
import { measureCoverage } from './coverage.ts'
import { bun, install, main, ROOT, step } from './steps.ts'

const COVERAGE_MIN_PERCENT = 85
const COVERAGE_WORST_SHOWN = 10
/** For tests that name none: a net under a busy machine, not a measure. */
const TEST_TIMEOUT_MS = 120_000
const REPORTS = join(ROOT, 'coverage')
/** Where bunfig.toml has it written. */
const COVERAGE = join(REPORTS, 'lcov.info')
/** Every line that a server under test logged, and the secrets that it gave out. */
const RUN_LOG = join(REPORTS, 'log')
const LOG_LINES_MIN = 1000
const LOG_LINES_SHOWN = 5
const BROWSER_SUPPORT = 'support/browser.ts'
const EXECUTABLE_TESTS = 'test/executable/'

const counted = { passed: 0, failed: 0 }

async function testEverything(): Promise<void> {
  await step('Install', install)
  await step('Chromium', ensureChromium)
  await step('Messages', () => bun(['scripts/messages.ts'], { isQuiet: true }))
  await step('Format and lint', () => bun(['x', 'biome', 'ci', '--error-on-warnings', '--colors=off']))
  await step('Types', async () => {
    await bun(['x', 'tsc'])
    await bun(['x', 'tsc', '--project', 'public'])
  })
  await step('Build', () => build({ isQuick: true }))
  const files = await listTests()
  rmSync(REPORTS, { recursive: true, force: true })
  mkdirSync(RUN_LOG, { recursive: true })
  await step('Source', () => runTests('source', files.source, { isMeasured: true }))
  await step('Browser', () => runTests('browser', files.browser, { isMeasured: true }))
  await step('Coverage', checkCoverage)
  await step('Executable', () => runTests('executable', files.executable, { isMeasured: false }))
  await step('Log', checkLog)
}

async function listTests() {
  const files = { source: [] as string[], browser: [] as string[], executable: [] as string[] }
  for (const file of [...new Bun.Glob('test/**/*.test.{ts,tsx}').scanSync({ cwd: ROOT })].sort()) {
    if (file.startsWith(EXECUTABLE_TESTS)) files.executable.push(file)
    else if ((await Bun.file(join(ROOT, file)).text()).includes(BROWSER_SUPPORT)) files.browser.push(file)
    else files.source.push(file)
  }
  return files
}

/** Runs test files in one process. Throws when one failed, and also when one was not run. */
async function runTests(
  name: string,
  files: readonly string[],
  { isMeasured }: { isMeasured: boolean },
): Promise<void> {
  const folder = join(REPORTS, name)
  const report = join(folder, 'junit.xml')
  mkdirSync(folder, { recursive: true })
  const args = [
    ...['test', `--timeout=${TEST_TIMEOUT_MS}`, '--only-failures', '--reporter=junit', `--reporter-outfile=${report}`],
    ...(isMeasured ? ['--coverage', '--coverage-reporter=lcov'] : []),
    ...files.map((file) => `./${file}`),
  ]
  // As on a CI machine everywhere: `test.only` and new snapshots are refused.
  const isPassed = await bun(args, { env: { CI: 'true', TEST_LOG_FOLDER: RUN_LOG } }).then(
    () => true,
    () => false,
  )
  if (isMeasured && existsSync(COVERAGE)) renameSync(COVERAGE, join(folder, 'lcov.info'))
  const counts = await readCounts(report)
  counted.passed += counts.passed
  counted.failed += counts.failed + counts.skipped
  if (!isPassed) throw new Error(`The ${name} tests did not pass.`)
  if (counts.skipped > 0) throw new Error(`${counts.skipped} tests were skipped or are still to be written.`)
  if (counts.passed === 0) throw new Error('No test was run.')
}

/** From the attributes of the first tag. A process that died has written none. */
async function readCounts(report: string) {
  const head =
    /<testsuites [^>]*>/.exec(
      await Bun.file(report)
        .text()
        .catch(() => ''),
    )?.[0] ?? ''
  const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  const [failed, skipped] = [count('failures'), count('skipped')]
  return { passed: count('tests') - failed - skipped, failed, skipped }
}

async function checkCoverage(): Promise<void> {
  const { percent, covered, total, missed } = await measureCoverage(
    ['source', 'browser'].map((name) => join(REPORTS, name, 'lcov.info')),
  )
  for (const { file, missed: lines, total: of } of missed.slice(0, COVERAGE_WORST_SHOWN)) {
    console.log(`   ${String(lines).padStart(4)} of ${String(of).padStart(4)} lines missed  ${file}`)
  }
  console.log(`Line coverage of src: ${percent.toFixed(1)} % (${covered} of ${total} lines)`)
  if (percent < COVERAGE_MIN_PERCENT) throw new Error(`That is less than ${COVERAGE_MIN_PERCENT} %.`)
}

/** Throws where the log of the whole run holds a person's name, address, number, or what lets somebody in. */
async function checkLog(): Promise<void> {
  const log = readRunLog(RUN_LOG)
  const found = findPrivateLines(log)
  for (const line of found.slice(0, LOG_LINES_SHOWN)) console.log(`   ${line}`)
  console.log(`${log.lines.length} lines and ${log.secrets.size} secrets were looked at.`)
  if (found.length > 0) throw new Error(`${found.length} lines of the log tell something private.`)
  if (log.lines.length < LOG_LINES_MIN || log.secrets.size === 0) throw new Error('The log of the run is not whole.')
}

/** Counts what failed besides tests as one failure: the closing line never looks better than the run was. */
async function test(): Promise<number> {
  try {
    await testEverything()
    return 0
  } catch (error) {
    if (counted.failed === 0) counted.failed = 1
    throw error
  }
}

process.on('exit', () => console.log(`\n${counted.passed} passed, ${counted.failed} failed`))
await main(test)
