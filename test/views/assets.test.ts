import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { Elysia } from 'elysia'
import { AppError } from '#src/errors.ts'
import { assets, loadAssets } from '#src/http/assets.ts'
import { assetUrl } from '#views/layouts/assets.ts'
import { buildAssets } from '../../scripts/assets.ts'

let folder: string
let app: { handle(request: Request): Promise<Response> }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teamsheet-assets-'))
  await buildAssets({ minify: true, output: join(folder, 'public') })
  app = new Elysia()
    .onError(
      { as: 'global' },
      ({ error }) => new Response('', { status: error instanceof AppError ? error.status : 500 }),
    )
    .use(assets(await loadAssets(join(folder, 'public'))))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const get = (path: string, acceptEncoding = '') =>
  app.handle(new Request(`http://localhost${path}`, { headers: { 'accept-encoding': acceptEncoding } }))

test('an asset is served for ever under the digest of its content', async () => {
  expect(assetUrl('styles.css')).toMatch(/^\/assets\/[0-9a-f]{12}\/styles\.css$/)
  const answer = await get(assetUrl('styles.css'))
  expect(answer.status).toBe(200)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/css; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    vary: 'Accept-Encoding',
  })
  expect(answer.headers.has('content-encoding')).toBe(false)
})

test('an asset comes as small as the client takes it, with the same content', async () => {
  const plain = await (await get(assetUrl('app.js'))).bytes()
  const brotli = await get(assetUrl('app.js'), 'gzip, deflate, br')
  const gzip = await get(assetUrl('app.js'), 'gzip;q=0.5, br;q=0')
  expect([brotli.headers.get('content-encoding'), gzip.headers.get('content-encoding')]).toEqual(['br', 'gzip'])
  expect(brotliDecompressSync(await brotli.bytes())).toEqual(Buffer.from(plain))
  expect(Bun.gunzipSync(await gzip.bytes())).toEqual(plain)
})

test('every asset has its content type', async () => {
  const types = ['app.js', 'htmx.js', 'icon.svg'].map(async (name) =>
    (await get(assetUrl(name))).headers.get('content-type'),
  )
  expect(await Promise.all(types)).toEqual([
    'text/javascript; charset=utf-8',
    'text/javascript; charset=utf-8',
    'image/svg+xml',
  ])
})

test('another digest, another name and a way out of the folder are not found', async () => {
  const digest = assetUrl('styles.css').split('/')[2]
  for (const path of ['000000000000/styles.css', `${digest}/app.js`, `${digest}/..%2Fmanifest.json`]) {
    expect((await get(`/assets/${path}`)).status).toBe(404)
  }
})

test('the same sources give the same bytes', async () => {
  await buildAssets({ minify: true, output: join(folder, 'again') })
  const manifestOf = (name: string) => Bun.file(join(folder, name, 'manifest.json')).text()
  expect(await manifestOf('again')).toBe(await manifestOf('public'))
})

test('a server without built assets says how to build them', async () => {
  await expect(loadAssets(join(folder, 'nothing'))).rejects.toThrow('bun scripts/assets.ts')
})

test('the styles name nothing outside of our own server', async () => {
  const styles = await (await get(assetUrl('styles.css'))).text()
  expect(styles.match(/url\((?!"data:)[^)]*\)|@import[^;]*/g)).toBeNull()
})
