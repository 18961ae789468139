import { afterAll, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unpack } from '#src/db/embedded/unpack.ts'
import { cleanUp, makeFolder } from './processes.ts'

afterAll(cleanUp)

const bigBytes = 700_001
const longName = `${'long/'.repeat(25)}name`

async function anArchive(): Promise<{ folder: string; archive: string; content: Uint8Array }> {
  const folder = makeFolder()
  const content = crypto.getRandomValues(new Uint8Array(60_000))
  mkdirSync(join(folder, 'one/empty'), { recursive: true })
  mkdirSync(join(folder, 'two', longName, '..'), { recursive: true })
  writeFileSync(join(folder, 'one/program'), content)
  chmodSync(join(folder, 'one/program'), 0o755)
  writeFileSync(join(folder, 'one/nothing'), '')
  writeFileSync(join(folder, 'one/big'), 'b'.repeat(bigBytes))
  writeFileSync(join(folder, 'two', longName), 'deep')
  const tar = await Bun.$`tar --format=ustar -C ${folder} -cf - one two`.quiet()
  const archive = join(folder, 'archive.tar.zst')
  await Bun.write(archive, Bun.zstdCompressSync(tar.stdout))
  return { folder, archive, content }
}

test('an archive unpacks to what went in, each top folder where it is wanted, the others nowhere', async () => {
  const { folder, archive, content } = await anArchive()
  const into = join(folder, 'out')
  await unpack(archive, { one: { into, modeMask: 0o700 } })
  expect(Buffer.compare(readFileSync(join(into, 'program')), content)).toBe(0)
  expect(statSync(join(into, 'program')).mode & 0o777).toBe(0o700)
  expect(statSync(join(into, 'nothing')).size).toBe(0)
  expect(statSync(join(into, 'big')).size).toBe(bigBytes)
  expect(statSync(join(into, 'empty')).isDirectory()).toBe(true)
  expect(existsSync(join(into, 'long'))).toBe(false)

  const both = { one: join(folder, 'a'), two: join(folder, 'b') }
  const owner = { uid: 54321, gid: 54321 }
  await unpack(archive, { one: { into: both.one, modeMask: 0o755 }, two: { into: both.two, modeMask: 0o755, owner } })
  expect(readFileSync(join(both.two, longName), 'utf8')).toBe('deep')
  expect(statSync(join(both.two, longName)).uid).toBe(owner.uid)
})

test('an archive that was cut or damaged is an error, never half a success', async () => {
  const { folder, archive } = await anArchive()
  const bytes = readFileSync(archive)
  const cut = join(folder, 'cut.tar.zst')
  writeFileSync(cut, bytes.subarray(0, bytes.length / 2))
  await expect(unpack(cut, { one: { into: join(folder, 'c'), modeMask: 0o755 } })).rejects.toThrow()
  const other = join(folder, 'other.tar.zst')
  writeFileSync(other, Bun.zstdCompressSync(Buffer.alloc(2_000, 'no archive')))
  await expect(unpack(other, { one: { into: join(folder, 'd'), modeMask: 0o755 } })).rejects.toThrow('damaged')
})
