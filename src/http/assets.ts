import { join } from 'node:path'
import { Elysia } from 'elysia'
import { AppError } from '#src/errors.ts'
import { type Asset, type AssetManifest, setAssetManifest } from '#views/layouts/assets.ts'

const CACHE_CONTROL = 'public, max-age=31536000, immutable'

/** By address within `/assets/`: `<hash>/<name>`. The bodies are held in memory: a few files, about a hundred kilobytes. */
export type AssetFiles = Map<
  string,
  { type: string; bodies: Record<'identity' | 'br' | 'gzip', Uint8Array<ArrayBuffer> | undefined> }
>

/**
 * Reads what `scripts/assets.ts` built and tells the layouts its addresses; once, at start.
 * Throws when nothing was built.
 */
export async function loadAssets(folder = assetsFolder()): Promise<AssetFiles> {
  const listing = Bun.file(join(folder, 'manifest.json'))
  if (!(await listing.exists()))
    throw new Error(`There are no assets in ${folder}: build them with "bun scripts/assets.ts".`)
  const manifest: AssetManifest = await listing.json()
  const files: AssetFiles = new Map()
  for (const [name, asset] of Object.entries(manifest))
    files.set(`${asset.hash}/${name}`, await load(folder, name, asset))
  setAssetManifest(manifest)
  return files
}

/** Serves `/assets/<hash>/<name>` for ever: another content has another address. NOT_FOUND for all else. */
export const assets = (files: AssetFiles) =>
  new Elysia({ name: 'assets' }).get('/assets/:hash/:name', ({ params, headers, set }) => {
    const file = files.get(`${params.hash}/${params.name}`)
    if (!file) throw new AppError('NOT_FOUND')
    const encoding = chooseEncoding(headers['accept-encoding'], file.bodies)
    set.headers['content-type'] = file.type
    set.headers['cache-control'] = CACHE_CONTROL
    set.headers['x-content-type-options'] = 'nosniff'
    set.headers.vary = 'Accept-Encoding'
    if (encoding !== 'identity') set.headers['content-encoding'] = encoding
    return file.bodies[encoding]
  })

/** Inside the executable the folder is embedded beside the code; in the source tree the build leaves it in dist. */
function assetsFolder(): string {
  return join(import.meta.dir, Bun.isStandaloneExecutable ? 'public' : '../../dist/public')
}

async function load(folder: string, name: string, { hash, type, encodings }: Asset) {
  const path = join(folder, hash, name)
  const read = (suffix: 'br' | 'gz') => (encodings.includes(suffix) ? Bun.file(`${path}.${suffix}`).bytes() : undefined)
  return { type, bodies: { identity: await Bun.file(path).bytes(), br: await read('br'), gzip: await read('gz') } }
}

/** The smallest body that the client takes (RFC 9110, section 12.5.3): brotli, gzip, else as it is. A weight of 0 refuses a coding. */
function chooseEncoding(accepted = '', bodies: Record<'br' | 'gzip', unknown>): 'br' | 'gzip' | 'identity' {
  const codings = new Map(
    accepted.split(',').map((entry) => {
      const [coding = '', weight = ''] = entry.split(';')
      return [coding.trim().toLowerCase(), !/^\s*q=0(\.0*)?\s*$/.test(weight)]
    }),
  )
  const takes = (coding: string) => codings.get(coding) ?? codings.get('*') ?? false
  if (bodies.br && takes('br')) return 'br'
  if (bodies.gzip && takes('gzip')) return 'gzip'
  return 'identity'
}
