import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cleanUp, clusterOf, makeFolder, postmasterOf, runProgram } from './processes.ts'

const UNKNOWN_UID = 54321

setDefaultTimeout(30_000)
afterAll(cleanUp)

/** Real user id of a process, as this namespace sees it. */
const uidOf = (pid: number) => Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

const passwd = readFileSync('/etc/passwd', 'utf8')
const hasServiceUser = /^(?:teamsheet|postgres):/m.test(passwd)
const uidNamed = (name: string) => Number(new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(passwd)?.[1])

test('a database that belongs to nobody is handed over to whoever runs it from here on', async () => {
  const dataDir = join(makeFolder(), 'data')
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ runs: 1, owned: true })
  const nobody = uidNamed('nobody')
  const chown = Bun.spawnSync(['chown', '-R', `${nobody}:${nobody}`, clusterOf(dataDir), join(dataDir, 'postgres/run')])
  expect([chown.exitCode, statSync(clusterOf(dataDir)).uid]).toEqual([0, nobody])
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ runs: 2, owned: true })
  for (const path of ['.', 'PG_VERSION', 'base/1', 'global/pg_control'])
    expect(statSync(join(clusterOf(dataDir), path)).uid).not.toBe(nobody)
})

test('root hands PostgreSQL to a service user that can reach the data directory', async () => {
  const dataDir = join(makeFolder(), 'data')
  const server = await runProgram('serve', dataDir)
  await server.says('ready')
  const uid = uidOf(postmasterOf(dataDir))
  expect(uid !== 0).toBe(hasServiceUser)
  expect(statSync(clusterOf(dataDir)).uid).toBe(uid)
  expect(statSync(clusterOf(dataDir)).mode & 0o777).toBe(0o700)
  const groups = /^Groups:\t(.*)$/m.exec(readFileSync(`/proc/${postmasterOf(dataDir)}/status`, 'utf8'))?.[1]
  expect(groups?.trim()).toBe('')
  server.kill('SIGTERM')
  expect(await server.exited).toBe(0)
})

test('under a folder that only root may enter, PostgreSQL runs in a user namespace', async () => {
  const dataDir = join(makeFolder({ mode: 0o700 }), 'data')
  const server = await runProgram('serve', dataDir)
  await server.says('ready')
  expect(
    readFileSync(`/proc/${postmasterOf(dataDir)}/uid_map`, 'utf8')
      .trim()
      .split(/\s+/),
  ).toEqual(['1000', '0', '1'])
  server.kill('SIGTERM')
  expect(await server.exited).toBe(0)
})

test('a data directory that is opened and closed to others keeps its rows', async () => {
  const home = makeFolder()
  const dataDir = join(home, 'data')
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ runs: 1, owned: true })
  chmodSync(home, 0o700)
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ runs: 2, owned: true })
  expect(statSync(clusterOf(dataDir)).uid).toBe(0)
  chmodSync(home, 0o711)
  expect(await (await runProgram('command', dataDir)).says('done')).toMatchObject({ runs: 3, owned: true })
  expect(statSync(clusterOf(dataDir)).uid !== 0).toBe(hasServiceUser)
})

test('root with neither of these is told so in a sentence', async () => {
  const dataDir = join(makeFolder({ mode: 0o700 }), 'data')
  const server = await runProgram('serve', dataDir, { env: { PATH: '/nonexistent' } })
  const { sentence } = await server.says('refused')
  expect(sentence).toContain('PostgreSQL refuses to run as root')
  expect(sentence).toContain(`${dataDir}/postgres`)
  expect(await server.exited).toBe(1)
})

test('a user that /etc/passwd does not know can run it', async () => {
  expect(readFileSync('/etc/passwd', 'utf8')).not.toContain(`:${UNKNOWN_UID}:`)
  const dataDir = join(makeFolder({ mode: 0o700, uid: UNKNOWN_UID }), 'data')
  const identity = { uid: UNKNOWN_UID }
  expect(await (await runProgram('command', dataDir, identity)).says('done')).toMatchObject({ runs: 1, owned: true })
  const server = await runProgram('serve', dataDir, identity)
  await server.says('ready')
  expect(uidOf(postmasterOf(dataDir))).toBe(UNKNOWN_UID)
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  server.kill('SIGTERM')
  expect(await server.exited).toBe(0)
})

test('a user who may not write to the data directory is told so in a sentence', async () => {
  const dataDir = makeFolder({ mode: 0o755 })
  const server = await runProgram('serve', dataDir, { uid: UNKNOWN_UID })
  expect((await server.says('refused')).sentence).toBe(
    `The data directory ${dataDir} cannot be used. This user may not write there.`,
  )
})

test('a user to whom the database does not belong is told whose it is', async () => {
  const home = makeFolder({ uid: UNKNOWN_UID })
  const dataDir = join(home, 'data')
  await (await runProgram('command', dataDir, { uid: UNKNOWN_UID })).says('done')
  const other = UNKNOWN_UID + 1
  for (const path of [
    dataDir,
    dirname(clusterOf(dataDir)),
    join(dataDir, 'lock'),
    join(dataDir, 'postgres/postgres.log'),
  ]) {
    await Bun.$`chown ${other} ${path}`.quiet()
  }
  const { sentence } = await (await runProgram('serve', dataDir, { uid: other })).says('refused')
  expect(sentence).toContain(`belongs to the user with the number ${UNKNOWN_UID}, and this process runs as ${other}`)
})
