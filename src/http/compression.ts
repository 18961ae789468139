import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const SMALLEST_BYTES = 1024
/** What an answer of ours may differ by; a value of the answer's own hides the one that every answer carries. */
export const VARY = 'Origin, Accept-Encoding'
/**
 * Quick enough to do for every answer: of the registration form's 46 kB this leaves 6 in a quarter of the time that a kilobyte less takes.
 * Assets are compressed harder, once, by the build.
 */
const BROTLI_QUALITY = 1
const GZIP_LEVEL = 4
const COMPRESSIBLE = /^(?:text\/|application\/(?:json|problem\+json|javascript)|image\/svg)/

export type Encoding = 'br' | 'gzip'

/** As clients write them: a handful; one that invents others makes all of them be read anew. */
const KNOWN_MAX = 100
const KNOWN_LENGTH_MAX = 200
const known = new Map<string, ReadonlyMap<string, number>>()

/**
 * The encoding the client takes most gladly of those that are given, brotli first among equals; undefined where it wants none of them
 * (RFC 9110, section 12.5.3).
 */
export function chooseEncoding(
  acceptEncoding: string | null,
  given: readonly Encoding[] = ['br', 'gzip'],
): Encoding | undefined {
  if (acceptEncoding === null) return undefined
  let accepted = known.get(acceptEncoding)
  if (accepted === undefined) {
    if (known.size >= KNOWN_MAX) known.clear()
    accepted = readQualities(acceptEncoding)
    if (acceptEncoding.length <= KNOWN_LENGTH_MAX) known.set(acceptEncoding, accepted)
  }
  const qualityOf = (name: string) => accepted.get(name) ?? accepted.get('*') ?? 0
  const identity = accepted.get('identity') ?? 0
  return given
    .filter((name) => qualityOf(name) > 0 && qualityOf(name) >= identity)
    .reduce<Encoding | undefined>(
      (best, name) => (best === undefined || qualityOf(name) > qualityOf(best) ? name : best),
      undefined,
    )
}

const readQualities = (acceptEncoding: string): ReadonlyMap<string, number> =>
  new Map(
    acceptEncoding.split(',').map((part) => {
      const [name = '', ...parameters] = part.trim().toLowerCase().split(';')
      const quality = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('q='))
      return [name.trim(), quality === undefined ? 1 : Number(quality.slice(2))] as const
    }),
  )

/** The body compressed, or undefined where that is not worth it. */
export function compress(
  body: Uint8Array,
  contentType: string,
  encoding: Encoding | undefined,
): Uint8Array | undefined {
  if (encoding === undefined || body.byteLength < SMALLEST_BYTES || !COMPRESSIBLE.test(contentType)) return undefined
  return encoding === 'gzip'
    ? gzipSync(body, { level: GZIP_LEVEL })
    : brotliCompressSync(body, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: body.byteLength,
        },
      })
}
