import { afterAll, describe, expect, test } from 'bun:test'
import { dirname, join, normalize } from 'node:path'
import type { AnyElysia } from 'elysia'
import { makeApp } from '#src/app.ts'
import { loadAssets } from '#src/http/assets.ts'
import { testContext } from '#test/support/context.ts'
import journal from '../drizzle/meta/_journal.json' with { type: 'json' }

/** Lowest first. A file runs what is in its own folder or on a line above its own: never below, never beside. */
const RANKS: readonly (readonly string[])[] = [
  ['messages', 'package'],
  ['lib'],
  ['errors', 'config', 'permissions', 'version', 'drizzle', 'public'],
  ['views', 'db', 'vitals'],
  ['files'],
  ['context'],
  ['http'],
  ['audit', 'idempotency'],
  ['tournaments', 'clubs', 'staff', 'gallery', 'documents'],
  ['teams'],
  ['mail'],
  ['auth', 'matches', 'review', 'screening', 'payments'],
  ['registration', 'exports', 'home', 'system'],
  ['erasure'],
  ['icct26'],
  ['app', 'timetable'],
  ['commands'],
  ['main'],
]
const FEATURES = new Set(RANKS.slice(rankNamed('http') + 1, rankNamed('app')).flat())
/** They put the house together, doors included. */
const WIRING = new Set(['app', 'commands'])
/** What a feature shows to others. */
const OPEN = /\/(?:service|model)\.ts$/
const DOOR = /\/(?:pages|admin|api)\.ts$/
/** Text that `migrate` brings into the database, wherever the feature keeps it. */
const DATABASE_FUNCTIONS = new Set(['src/teams/add-team.sql', 'src/audit/audit.sql'])
/** What views may run besides other views and the sentences. */
const VIEW_PACKAGES = /^(?:preact|preact-render-to-string|d3-scale|d3-shape)(?:\/|$)/
const LINES_MAX = 250
const TEST_LINES_MAX = 400
const STORE = /(?:^src\/[a-z0-9]+\/(?:[a-z-]+\/)?(?:[a-z-]+-)?store\.ts|^src\/db\/installation\.ts)$/
/** The row is made with its tournament; who adds a team moves its counters. */
const SHARED_TABLES = new Set(['tournament_counters'])
const WRITES = [
  /\binsert\s+into\s+([a-z_]+)/g,
  /\bupdate\s+([a-z_]+)(?:\s+(?:as\s+)?[a-z_]+)?\s+set\b/g,
  /\bdelete\s+from\s+([a-z_]+)/g,
]

/** As tsconfig.json has it; the transpiler does not read that. */
const JSX = JSON.stringify({ compilerOptions: { jsx: 'react-jsx', jsxImportSource: 'preact' } })

type File = { path: string; text: string }
type Import = { from: string; to: string }

function rankNamed(unit: string): number {
  return RANKS.findIndex((units) => units.includes(unit))
}

const files = await readAll('{src,views}/**/*.{ts,tsx,sql}')
const rankOf = new Map(RANKS.flatMap((units, rank) => units.map((unit) => [unit, rank] as const)))

async function readAll(pattern: string): Promise<File[]> {
  const paths = [...new Bun.Glob(pattern).scanSync('.')].filter((path) => !path.endsWith('.d.ts')).sort()
  return Promise.all(paths.map(async (path) => ({ path, text: await Bun.file(path).text() })))
}

/** `src/teams/store.ts` is of `teams`, `src/app.ts` of `app`, `views/home/home.tsx` of `views`. */
const unitOf = (path: string) =>
  path
    .replace(/^src\//, '')
    .split('/')[0]!
    .replace(/\.[a-z]+$/, '')

/** What a file runs of ours and of others; types are no imports. */
function importsOf({ path, text }: File): Import[] {
  if (path.endsWith('.sql')) return []
  const transpiler = new Bun.Transpiler({ loader: path.endsWith('x') ? 'tsx' : 'ts', tsconfig: JSX })
  const imports = transpiler.scanImports(text).map(({ path: to }) => ({ from: path, to: resolve(path, to) }))
  // It names React for every file with markup, whatever its settings; ours is Preact, and no React is installed.
  return imports.filter(({ to }) => to !== 'react')
}

function resolve(from: string, to: string): string {
  if (to === '#messages') return 'messages/compiled/messages.js'
  if (to.startsWith('#')) return to.slice(1)
  return to.startsWith('.') ? normalize(join(dirname(from), to)) : to
}

const isOurs = (path: string) => /^(?:src|views|drizzle|messages|public|package\.json)(?:\/|$)/.test(path)

describe('folders', () => {
  test('each has a rank', () => {
    expect(files.map(({ path }) => unitOf(path)).filter((unit) => !rankOf.has(unit))).toEqual([])
  })

  test('imports point downwards', () => {
    expect(brokenRanks(files)).toEqual([])
    expect(
      brokenRanks([{ path: 'src/clubs/service.ts', text: "import { x } from '#src/teams/service.ts'\nx()" }]),
    ).toEqual(['src/clubs/service.ts → src/teams/service.ts'])
    expect(
      brokenRanks([{ path: 'src/clubs/service.ts', text: "import type { X } from '#src/teams/model.ts'" }]),
    ).toEqual([])
  })

  test('features meet only through service.ts and model.ts', () => {
    expect(trespassers(files)).toEqual([])
    expect(
      trespassers([{ path: 'src/review/service.ts', text: "import { x } from '#src/teams/store.ts'\nx()" }]),
    ).toEqual(['src/review/service.ts → src/teams/store.ts'])
  })

  test('only pages, admin and api speak HTTP', () => {
    const wrong = files
      .filter(({ path }) => FEATURES.has(unitOf(path)) && unitOf(path) !== 'icct26' && !DOOR.test(path))
      .flatMap(importsOf)
      .filter(({ to }) => to.startsWith('src/http/'))
    expect(wrong.map(told)).toEqual([])
  })

  test('views run nothing of src', () => {
    const wrong = files
      .filter(({ path }) => unitOf(path) === 'views')
      .flatMap(importsOf)
      .filter(({ to }) => !/^(?:views|messages)\//.test(to) && !VIEW_PACKAGES.test(to))
    expect(wrong.map(told)).toEqual([])
  })
})

const told = ({ from, to }: Import) => `${from} → ${to}`

function brokenRanks(of: readonly File[]): string[] {
  return of
    .flatMap(importsOf)
    .filter(({ from, to }) => isOurs(to) && !DATABASE_FUNCTIONS.has(to) && unitOf(from) !== unitOf(to))
    .filter(({ from, to }) => !((rankOf.get(unitOf(to)) ?? Number.NaN) < rankOf.get(unitOf(from))!))
    .map(told)
}

function trespassers(of: readonly File[]): string[] {
  return of
    .flatMap(importsOf)
    .filter(({ from, to }) => FEATURES.has(unitOf(to)) && unitOf(from) !== unitOf(to) && !DATABASE_FUNCTIONS.has(to))
    .filter(({ from, to }) => !OPEN.test(to) && !(WIRING.has(unitOf(from)) && DOOR.test(to)))
    .map(told)
}

describe('files', () => {
  test('markup lives in views', () => {
    expect(files.map(({ path }) => path).filter((path) => path.startsWith('src/') && path.endsWith('.tsx'))).toEqual([])
  })

  test('only main reads the environment and the arguments', () => {
    const reads = /\bprocess\.(?:env|argv)\b|\bBun\.(?:env|argv)\b|\bimport\.meta\.env\b/
    expect(
      files.filter(({ path, text }) => path !== 'src/main.ts' && reads.test(text)).map(({ path }) => path),
    ).toEqual([])
  })

  test('only commands print; everything else logs', () => {
    const prints = files.filter(
      ({ path, text }) => /\bconsole\./.test(text) && !['commands', 'main'].includes(unitOf(path)),
    )
    expect(prints.map(({ path }) => path)).toEqual([])
  })

  test('none outgrows a reader', async () => {
    const long = (of: readonly File[], max: number) =>
      of.filter(({ text }) => text.split('\n').length > max + 1).map(({ path }) => path)
    expect(long(files.concat(await readAll('scripts/*.ts')), LINES_MAX)).toEqual([])
    expect(long(await readAll('{test,bench}/**/*.{ts,tsx}'), TEST_LINES_MAX)).toEqual([])
  })
})

describe('tables', () => {
  test('each is written by one store', () => {
    expect(sharedTables(files)).toEqual([])
    const second = { path: 'src/review/store.ts', text: "update clubs set name = 'Other'" }
    expect(sharedTables([...files.filter(({ path }) => path !== second.path), second])).toContainEqual(
      expect.stringContaining('clubs: '),
    )
  })

  test('only stores write', () => {
    const writers = files.filter((file) => !DATABASE_FUNCTIONS.has(file.path) && tablesWritten(file).length > 0)
    expect(writers.map(({ path }) => path).filter((path) => !STORE.test(path))).toEqual([])
  })

  test('the executable carries every migration, in order', () => {
    const sql = [...new Bun.Glob('*.sql').scanSync('drizzle')].map((name) => name.replace(/\.sql$/, '')).sort()
    expect(journal.entries.map(({ tag }) => tag)).toEqual(sql)
    expect(journal.entries.map(({ idx }) => idx)).toEqual(sql.map((_, index) => index))
  })
})

/** By statements, and by drizzle, which calls `tournament_counters` `tournamentCounters`. */
function tablesWritten({ text }: File): string[] {
  const bySql = WRITES.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]!))
  const byDrizzle = [...text.matchAll(/\.(?:insert|update|delete)\((\w+)\)/g)].map((match) => match[1]!)
  const schema = /^import \{([^}]+)\} from '#src\/db\/schema\//m.exec(text)?.[1] ?? ''
  const tables = byDrizzle.filter((name) => new RegExp(`\\b${name}\\b`).test(schema))
  return [...bySql, ...tables.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))]
}

function sharedTables(of: readonly File[]): string[] {
  const writers = new Map<string, Set<string>>()
  for (const file of of.filter(({ path }) => !DATABASE_FUNCTIONS.has(path))) {
    for (const table of tablesWritten(file)) writers.set(table, (writers.get(table) ?? new Set()).add(file.path))
  }
  return [...writers]
    .filter(([table, by]) => by.size > 1 && !SHARED_TABLES.has(table))
    .map(([table, by]) => `${table}: ${[...by].join(', ')}`)
}

describe('routes', async () => {
  const ctx = await testContext()
  afterAll(() => ctx.end())
  const app = makeApp(ctx, await loadAssets())

  test('each says how often, for whom and how large a body', () => {
    expect(app.routes.length).toBeGreaterThan(20)
    expect(undeclared(app)).toEqual([])
  })

  test('one that does not is found', () => {
    const none = { kind: 'none', maxBytes: 0 }
    const declared = (admission: object) => ({ detail: { 'x-admission': admission } as Record<string, unknown> })
    const careless = makeApp(ctx, new Map())
      .get('/bare', () => '')
      .get('/untiered', () => '', declared({ public: true, body: none }))
      .get('/unguarded', () => '', declared({ tier: 'read', body: none }))
      .get('/both', () => '', declared({ tier: 'read', public: true, requires: 'staff', body: none }))
      .post('/boundless', () => '', declared({ tier: 'write', public: true }))
    expect(undeclared(careless)).toEqual([
      'GET /bare: tier, permission, body limit',
      'GET /untiered: tier',
      'GET /unguarded: permission',
      'GET /both: permission',
      'POST /boundless: body limit',
    ])
  })
})

type Declared = {
  tier?: string
  public?: boolean
  requires?: string
  signedIn?: boolean
  body?: { kind?: string; maxBytes?: number }
}

/** Routes that leave something out, and what. */
function undeclared(app: AnyElysia): string[] {
  return app.routes.flatMap(({ method, path, hooks }) => {
    const admission: Declared = hooks?.detail?.['x-admission'] ?? {}
    const { kind, maxBytes } = admission.body ?? {}
    const missing = [
      ...(admission.tier ? [] : ['tier']),
      ...([admission.public, admission.requires, admission.signedIn].filter(Boolean).length === 1
        ? []
        : ['permission']),
      ...(kind !== undefined && Number.isInteger(maxBytes) && (kind === 'none') === (maxBytes === 0)
        ? []
        : ['body limit']),
    ]
    return missing.length > 0 ? [`${method} ${path}: ${missing.join(', ')}`] : []
  })
}
