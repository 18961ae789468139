import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { currentScope, inScope, outsideScope, Scope } from '#src/lib/scope.ts'
import { runTask } from '#src/timetable.ts'
import { type TestApp, testApp } from '#test/support/app.ts'
import { aRegistration } from '#test/support/registrations.ts'

let app: TestApp
/** Of every request that came as far as its route, by request id. */
let seen: Map<string, Scope>
beforeAll(async () => {
  app = await testApp()
  const { findTournament, identity } = app.ctx
  const { find } = identity
  identity.find = async (request) => {
    await Bun.sleep(Math.random() * 5)
    const known = currentScope()!
    seen.set(request.headers.get('x-request-id') ?? '', known)
    const actor = await find(request)
    expect(currentScope()).toBe(known)
    return actor
  }
  app.ctx.findTournament = findTournament
})
beforeEach(() => {
  seen = new Map()
})
afterAll(() => app.end())

const ask = (path: string, id: string, init: RequestInit = {}) =>
  fetch(app.url + path, { ...init, headers: { 'x-request-id': id, ...init.headers } })
const register = (id: string) =>
  ask('/api/v1/registrations', id, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(aRegistration()),
  })

test('each of many requests at once has a scope of its own, with its own statements', async () => {
  await ask('/api/v1/teams', 'first')
  const asked = Array.from({ length: 60 }, (_, index) =>
    index % 2 ? ask('/api/v1/teams', `read-${index}`) : register(`write-${index}`),
  )
  expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200, 201]))
  expect(new Set(seen.values()).size).toBe(61)
  for (const [id, scope] of seen) if (id !== 'first') expect([id, scope.statements]).toEqual([id, 1])
  for (const scope of seen.values()) expect(scope.sqlMs).toBeGreaterThan(0)
})

test('requests on one connection do not share one', async () => {
  const { port } = new URL(app.url)
  const socket = connect({ port: Number(port), host: '127.0.0.1' })
  let answers = ''
  socket.on('data', (data: Buffer) => {
    answers += data.toString('latin1')
  })
  for (const [index, id] of ['one', 'two', 'three'].entries()) {
    socket.write(`GET /api/v1/teams HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Request-ID: ${id}\r\n\r\n`)
    while ((answers.match(/HTTP\/1\.1 200/g) ?? []).length <= index) await Bun.sleep(1)
  }
  socket.destroy()
  expect([...seen.keys()].sort()).toEqual(['one', 'three', 'two'])
  expect(new Set(seen.values()).size).toBe(3)
  expect(currentScope()).toBeUndefined()
})

test('a transaction counts its statements, begin and commit among them', async () => {
  const scope = new Scope()
  await inScope(scope, () =>
    app.ctx.db.write.begin(async (tx) => {
      await tx`select ${1}::int`
      await tx.savepoint((inner) => inner`select 2`)
      await tx.unsafe('select 3')
    }),
  )
  expect(scope.statements).toBe(5)
  await inScope(scope, async () => await app.ctx.db.orm.query.tournaments.findFirst())
  expect(scope.statements).toBe(6)
})

test('a fragment counts with the statement that it is a part of', async () => {
  const scope = new Scope()
  const { read } = app.ctx.db
  await inScope(scope, async () => {
    const rows = await read`select slug from tournaments ${read`where ${read('slug')} = any(${['a', 'b']})`}`
    expect(rows).toHaveLength(0)
  })
  expect(scope.statements).toBe(1)
})

test('what is read for everybody is nobody’s own', async () => {
  const scope = new Scope()
  await inScope(scope, () => outsideScope(() => app.ctx.db.read`select 1`))
  app.ctx.travel(10_000)
  await inScope(scope, () => app.ctx.findTournament())
  expect(scope.statements).toBe(0)
})

test('a task has a scope, too', async () => {
  let found: Scope | undefined
  const run = async () => {
    await app.ctx.db.read`select 1`
    found = currentScope()
  }
  await runTask(app.ctx, { name: 'test', everyMs: 1000, run })
  expect(found?.statements).toBe(1)
})

test('the scope is there when the answer has gone', async () => {
  await ask('/api/v1/teams', 'before')
  const { log } = app.ctx
  const { info } = log
  const statements: unknown[] = []
  log.info = ((fields: { requestId?: string }, event: string) => {
    if (event === 'request.answered' && fields.requestId === 'logged') statements.push(currentScope()?.statements)
  }) as typeof log.info
  await ask('/api/v1/teams', 'logged')
  while (statements.length === 0) await Bun.sleep(1)
  log.info = info
  expect(statements).toEqual([1])
})
