import { join } from 'node:path'
import { Elysia } from 'elysia'
import { AppError } from '#src/errors.ts'
import { type Asset, type AssetManifest, setAssetManifest } from '#views/layouts/assets.ts'
import type { Admission } from './admit.ts'
import { chooseEncoding } from './compression.ts'
import { BODY_NONE } from './limits.ts'

const CACHE_CONTROL = 'public, max-age=31536000, immutable'
/** Said as every route says it, without the door's look at the database: styles come when it is down, too. */
const ADMISSION: Admission = { tier: 'uncounted', public: true, body: BODY_NONE }

type Body = Uint8Array<ArrayBuffer>
type AssetFile = { type: string; plain: Body; br?: Body; gzip?: Body }

/** By address within `/assets/`: `<hash>/<name>`. Held in memory: a few files, about a hundred kilobytes. */
export type AssetFiles = ReadonlyMap<string, AssetFile>

/**
 * Reads what `scripts/assets.ts` built and tells the layouts its addresses; once, at start.
 * Throws when nothing was built.
 */
export async function loadAssets(folder = assetsFolder()): Promise<AssetFiles> {
  const listing = Bun.file(join(folder, 'manifest.json'))
  if (!(await listing.exists())) {
    throw new Error(`There are no assets in ${folder}: build them with "bun scripts/assets.ts".`)
  }
  const manifest: AssetManifest = await listing.json()
  const files = new Map<string, AssetFile>()
  for (const [name, asset] of Object.entries(manifest)) {
    files.set(`${asset.hash}/${name}`, await readAsset(folder, name, asset))
  }
  setAssetManifest(manifest)
  return files
}

/** Serves `/assets/<hash>/<name>`, to be kept for ever: other content has another address. NOT_FOUND for all else. */
export const assets = (files: AssetFiles) =>
  new Elysia({ name: 'assets' }).get(
    '/assets/:hash/:name',
    ({ params, headers }) => {
      const file = files.get(`${params.hash}/${params.name}`)
      if (!file) throw new AppError('NOT_FOUND')
      const encoding = chooseEncoding(headers['accept-encoding'] ?? null)
      const compressed = encoding && file[encoding]
      return new Response(compressed ?? file.plain, {
        headers: {
          'content-type': file.type,
          'cache-control': CACHE_CONTROL,
          'x-content-type-options': 'nosniff',
          'content-length': String((compressed ?? file.plain).byteLength),
          vary: 'Accept-Encoding',
          ...(compressed && { 'content-encoding': encoding }),
        },
      })
    },
    { detail: { hide: true, 'x-admission': ADMISSION } as Record<string, unknown> },
  )

/** Inside the executable the folder is embedded beside the code; in the source tree the build leaves it in dist. */
function assetsFolder(): string {
  return join(import.meta.dir, Bun.isStandaloneExecutable ? 'public' : '../../dist/public')
}

async function readAsset(folder: string, name: string, { hash, type, encodings }: Asset): Promise<AssetFile> {
  const path = join(folder, hash, name)
  const file: AssetFile = { type, plain: await Bun.file(path).bytes() }
  if (encodings.includes('br')) file.br = await Bun.file(`${path}.br`).bytes()
  if (encodings.includes('gz')) file.gzip = await Bun.file(`${path}.gz`).bytes()
  return file
}
