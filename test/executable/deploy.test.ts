import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { SETTINGS } from '#src/config.ts'
import { cleanUp, makeFolder } from '#test/db/embedded/processes.ts'
import { emptyFolder } from '#test/support/executable.ts'
import manifest from '../../package.json' with { type: 'json' }
import { SOURCES } from '../../scripts/sources.ts'
import { ROOT } from '../../scripts/steps.ts'

setDefaultTimeout(120_000)
afterAll(cleanUp)

type Step = { instruction: string; rest: string }

const steps = readSteps(await Bun.file(join(ROOT, 'Dockerfile')).text())
const finalStage = steps.slice(steps.findLastIndex(({ instruction }) => instruction === 'FROM'))
const buildStage = steps.slice(0, -finalStage.length)
const settingNames = Object.keys(SETTINGS).map((name) => name.toUpperCase())

/** The instructions of a Dockerfile, continued lines joined. */
function readSteps(text: string): Step[] {
  return text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [instruction = '', ...rest] = line.trim().split(/\s+/)
      return { instruction, rest: rest.join(' ') }
    })
}

const all = (stage: Step[], instruction: string) =>
  stage.filter((step) => step.instruction === instruction).map(({ rest }) => rest)

test('the image is built by the steps of the project, with the same Bun', () => {
  expect(all(buildStage, 'FROM')).toEqual([`oven/bun:${manifest.devDependencies['bun-types']}-debian AS build`])
  expect(all(buildStage, 'RUN')).toEqual(['bun install --frozen-lockfile', 'bun run build'])
  expect(manifest.scripts.build).toBe('bun scripts/build.ts')
  expect(all(buildStage, 'COPY')).toEqual(['package.json bun.lock ./', 'patches ./patches', '. .'])
})

test('what is copied into it is what the executable is made of', async () => {
  const sent = (await listSent()).sort()
  expect(sent).toEqual([...new Set(SOURCES.map((pattern) => pattern.split('/')[0]!))].sort())
})

test('from nothing but what is copied the same executable is built, in any folder', async () => {
  const folder = makeFolder()
  for (const name of await listSent()) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  await Bun.$`rm -rf messages/compiled`.cwd(folder)
  symlinkSync(join(ROOT, 'build'), join(folder, 'build'))
  const run = async (...args: string[]) => {
    const child = Bun.spawn([process.execPath, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    const complaint = await new Response(child.stderr).text()
    expect([await child.exited, complaint]).toEqual([0, expect.any(String)])
  }
  await run('install', '--frozen-lockfile')
  await run('run', 'build', '--quick')
  const ours = join(await emptyFolder(), 'teamsheet')
  expect(await digestOf(join(folder, 'dist/teamsheet'))).toBe(await digestOf(ours))
})

test('the image is small, runs as nobody in particular, and looks after its health and its data', () => {
  expect(all(finalStage, 'FROM')).toEqual(['debian:12-slim'])
  expect(all(finalStage, 'COPY')).toEqual(['--from=build /build/dist/teamsheet /usr/local/bin/teamsheet'])
  expect(all(finalStage, 'USER')).toEqual(['teamsheet'])
  expect(all(finalStage, 'VOLUME')).toEqual(['/storage'])
  expect(all(finalStage, 'HEALTHCHECK')).toEqual([expect.stringMatching(/ CMD \["teamsheet", "healthcheck"\]$/)])
  expect(all(finalStage, 'ENTRYPOINT').concat(all(finalStage, 'CMD'))).toEqual(['["teamsheet"]', '["serve"]'])
  const environment = Object.fromEntries(
    all(finalStage, 'ENV').flatMap((line) => line.split(' ').map((pair) => pair.split('=', 2))),
  )
  expect(environment).toMatchObject({ DATA_DIR: '/storage', HOST: '0.0.0.0' })
  expect(settingNames).toEqual(expect.arrayContaining(Object.keys(environment)))
})

test('the unit and the compose file name settings that there are', async () => {
  const unit = await Bun.file(join(ROOT, 'deploy/teamsheet.service')).text()
  const inUnit = [...unit.matchAll(/^Environment=([A-Z_]+)=/gm)].map((match) => match[1]!)
  const compose = Bun.YAML.parse(await Bun.file(join(ROOT, 'deploy/compose.yaml')).text()) as {
    services: { teamsheet: { environment: Record<string, string>; volumes: string[] } }
  }
  const { environment, volumes } = compose.services.teamsheet
  expect(settingNames).toEqual(expect.arrayContaining([...inUnit, ...Object.keys(environment)]))
  expect(volumes).toEqual(['storage:/storage'])
})

/** The names that .dockerignore lets through. */
async function listSent(): Promise<string[]> {
  const [first, ...rules] = (await Bun.file(join(ROOT, '.dockerignore')).text()).trim().split('\n')
  expect(first).toBe('*')
  return rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1))
}

async function digestOf(path: string): Promise<string> {
  return new Bun.CryptoHasher('sha256').update(await Bun.file(path).bytes()).digest('hex')
}
