/**
 * Builds what browsers get: styles, scripts, htmx and the icon, each under a folder named by the digest of its content,
 * with its .br and .gz siblings, and the manifest that `src/http/assets.ts` serves from. The same sources give the same bytes.
 */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { AssetManifest } from '#views/layouts/assets.ts'

const ROOT = join(import.meta.dir, '..')
const OUTPUT = join(ROOT, 'dist/public')
const TAILWIND = join(ROOT, 'node_modules/@tailwindcss/cli/dist/index.mjs')
const HASH_CHARACTERS = 12
/** A sibling that saves less than this is not worth its bytes in the executable. */
const SAVING_MIN_BYTES = 32

type Source = { name: string; type: string; content: Uint8Array }

type BuildOptions = { minify: boolean; output?: string }

/** Writes `output` (dist/public) anew and whole: a server that starts meanwhile never reads half of it. Throws when a tool refuses. */
export async function buildAssets({ minify, output = OUTPUT }: BuildOptions): Promise<void> {
  const sources: Source[] = [
    { name: 'styles.css', type: 'text/css; charset=utf-8', content: await styles(minify) },
    { name: 'app.js', type: 'text/javascript; charset=utf-8', content: await script('app', minify) },
    { name: 'passkey.js', type: 'text/javascript; charset=utf-8', content: await script('passkey', minify) },
    { name: 'htmx.js', type: 'text/javascript; charset=utf-8', content: await htmx(minify) },
    { name: 'icon.svg', type: 'image/svg+xml', content: await file('public/icon.svg') },
  ]
  await mkdir(dirname(output), { recursive: true })
  const folder = await mkdtemp(`${output}-`)
  const manifest: AssetManifest = {}
  for (const source of sources) manifest[source.name] = await write(folder, source)
  await Bun.write(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await rm(output, { recursive: true, force: true })
  await rename(folder, output)
}

/** Puts one asset and its compressed siblings into `folder`; answers its line of the manifest. */
async function write(folder: string, { name, type, content }: Source): Promise<AssetManifest[string]> {
  const hash = new Bun.CryptoHasher('sha256').update(content).digest('hex').slice(0, HASH_CHARACTERS)
  const br = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } })
  const gz = gzipSync(content, { level: constants.Z_BEST_COMPRESSION })
  const encodings: AssetManifest[string]['encodings'] = []
  await Bun.write(join(folder, hash, name), content)
  for (const [suffix, bytes] of [
    ['br', br],
    ['gz', gz],
  ] as const) {
    if (bytes.length > content.length - SAVING_MIN_BYTES) continue
    await Bun.write(join(folder, hash, `${name}.${suffix}`), bytes)
    encodings.push(suffix)
  }
  return { hash, type, bytes: content.length, brotliBytes: br.length, encodings }
}

async function styles(minify: boolean): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'teamsheet-styles-'))
  try {
    const target = join(folder, 'styles.css')
    const arguments_ = ['-i', join(ROOT, 'public/styles.css'), '-o', target, ...(minify ? ['--minify'] : [])]
    const tool = Bun.spawn([process.execPath, TAILWIND, ...arguments_], { cwd: ROOT, stdout: 'ignore', stderr: 'pipe' })
    const complaint = await new Response(tool.stderr).text()
    if ((await tool.exited) !== 0) throw new Error(`The styles do not build: ${complaint}`)
    return await Bun.file(target).bytes()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function script(name: string, minify: boolean): Promise<Uint8Array> {
  const { outputs, success, logs } = await Bun.build({
    entrypoints: [join(ROOT, `public/scripts/${name}.ts`)],
    target: 'browser',
    format: 'iife',
    minify,
  })
  if (!success) throw new AggregateError(logs, 'The browser scripts do not build')
  return new Uint8Array(await outputs[0]!.arrayBuffer())
}

/** The package's own build, less its pointer to a source map that we do not carry. */
async function htmx(minify: boolean): Promise<Uint8Array> {
  const text = new TextDecoder().decode(await file(`node_modules/htmx.org/dist/htmx${minify ? '.min' : ''}.js`))
  return new TextEncoder().encode(text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'))
}

const file = (path: string) => Bun.file(join(ROOT, path)).bytes()

if (import.meta.main) {
  await buildAssets({ minify: true })
  const manifest: AssetManifest = await Bun.file(join(OUTPUT, 'manifest.json')).json()
  for (const [name, asset] of Object.entries(manifest)) {
    console.log(`${asset.hash}/${name}  ${asset.bytes} bytes, ${asset.brotliBytes} by brotli`)
  }
}
