import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { cloudinarySettings, cloudinaryStandIn } from '#test/support/cloudinary-stand-in.ts'
import { emptyFolder, endExecutables, runExecutable, startExecutable } from '#test/support/executable.ts'
import type { FileHostStandIn } from '#test/support/file-host.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { untilIs } from '#test/support/until.ts'
import { sendFile } from './registering.ts'

const FILES = 24
const TO_HOST = ['files', 'move', '--to', 'cloudinary']
const ENVIRONMENT = { PATH: '/usr/bin:/bin', TOURNAMENT_PRESET: 'icct26' }

setDefaultTimeout(200_000)

let host: FileHostStandIn
let folder: string
const contents: Uint8Array<ArrayBuffer>[] = []
beforeAll(async () => {
  host = await cloudinaryStandIn()
  folder = await emptyFolder()
  const server = await startExecutable({ cwd: folder, env: ENVIRONMENT })
  for (let index = 0; index < FILES; index += 1) {
    contents.push(samplePdf(20_000, index))
    await sendFile(server.url, 'pastor_letter', new File([contents[index]!], 'letter.pdf'))
  }
  expect(await server.stop()).toBe(0)
})
afterAll(async () => {
  endExecutables()
  cleanUp()
  expect(host.faults).toEqual([])
  await host.end()
})

const run = (args: string[], env: object = {}) =>
  runExecutable(args, { cwd: folder, env: { ...ENVIRONMENT, ...cloudinarySettings(host), ...env } })

test('a move that is killed in the middle goes on where it was, and everything is there and whole', async () => {
  // Four at once; those of the third round are never answered.
  host.behave('stall', () => host.kept.size >= 8)
  const moving = Bun.spawn([join(folder, 'teamsheet'), ...TO_HOST], {
    cwd: folder,
    env: { ...ENVIRONMENT, ...cloudinarySettings(host) },
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  await untilIs(
    () => host.seen.length,
    (seen) => seen >= 12,
  )
  moving.kill('SIGKILL')
  await moving.exited
  expect(host.kept.size).toBe(8)

  host.behave('fine')
  const whole = await run(['files', 'verify'])
  expect([whole.exitCode, whole.stdout]).toEqual([0, expect.stringContaining(`${FILES} files and pictures are whole`)])
  const before = host.seen.length
  const again = await run(TO_HOST)
  expect([again.exitCode, again.stderr]).toEqual([0, ''])
  expect(again.stdout).toContain(`All ${FILES} files and pictures are at Cloudinary.`)
  expect(host.seen.slice(before).filter((one) => one.startsWith('put'))).toHaveLength(FILES - 8)
  expect([...host.kept.values()].map(String).sort()).toEqual(
    contents.map((content) => Buffer.from(content).toString()).sort(),
  )
})

test('verify names what is damaged and what is missing, and exits with 1', async () => {
  const [first, second] = [...host.kept.keys()]
  const kept = new Map(host.kept)
  host.kept.delete(first!)
  host.kept.set(second!, Buffer.from('something else'))
  const { exitCode, stdout, stderr } = await run(['files', 'verify'])
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('2 are missing or damaged')])
  expect(stderr).toMatch(/^File [0-9a-f-]{36} is nowhere\.$/m)
  expect(stderr).toMatch(/^File [0-9a-f-]{36} is not what was received\.$/m)
  for (const [key, content] of kept) host.kept.set(key, content)
})

test('back on the disk, nothing is left at the host, and the server starts without its settings', async () => {
  const back = await run(['files', 'move', '--to', 'disk'], { FILE_STORE: 'disk' })
  expect([back.exitCode, back.stdout]).toEqual([
    0,
    expect.stringContaining(`All ${FILES} files and pictures are on the disk.`),
  ])
  expect(host.kept.size).toBe(0)
  // What was sent a moment ago is deleted once more when nothing late can arrive.
  expect(back.stdout).toContain(`The server still has to delete ${FILES} at their former host`)
  const server = await startExecutable({ cwd: folder, env: ENVIRONMENT })
  await server.stop()
  const whole = await runExecutable(['files', 'verify'], { cwd: folder, env: ENVIRONMENT })
  expect(whole.exitCode).toBe(0)
})
