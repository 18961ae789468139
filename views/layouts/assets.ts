/** One thing that browsers get, as `dist/public/manifest.json` lists it by name. Sizes in bytes; `encodings` names the compressed siblings. */
export type Asset = { hash: string; type: string; bytes: number; brotliBytes: number; encodings: Array<'br' | 'gz'> }
export type AssetManifest = Record<string, Asset>

let manifest: AssetManifest = {}

/** Called once at start by `src/http/assets.ts`, so that layouts know the address of what they name. */
export function setAssetManifest(loaded: AssetManifest): void {
  manifest = loaded
}

/** The address of an asset: `/assets/<hash>/<name>`. Before a manifest is set (a view rendered alone in a test) the hash is `unbuilt`. */
export function assetUrl(name: string): string {
  return `/assets/${manifest[name]?.hash ?? 'unbuilt'}/${name}`
}
