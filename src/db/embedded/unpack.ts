import { chmodSync, chownSync, closeSync, fchmodSync, fchownSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

const BLOCK_BYTES = 512

/** Where one top folder of the archive goes, and to whom its files belong. */
export type Part = { into: string; modeMask: number; owner?: { uid: number; gid: number } }

/**
 * Unpacks top folders of a zstd-compressed ustar archive (POSIX.1-1988: regular files and folders), reading it once and keeping no
 * more than a few hundred kilobytes of it in memory. The folders named by `into` must not exist. Throws on a damaged archive.
 *
 * @param parts by the name of the top folder; others are left out
 */
export async function unpack(archive: string, parts: Readonly<Record<string, Part>>): Promise<void> {
  const source = new ByteSource(
    Bun.file(archive)
      .stream()
      .pipeThrough(new DecompressionStream('zstd' as CompressionFormat)),
  )
  for (;;) {
    const entry = parseHeader(await source.take(BLOCK_BYTES))
    if (!entry) return
    const slash = entry.path.indexOf('/')
    const part = parts[entry.path.slice(0, slash)]
    const padding = (BLOCK_BYTES - (entry.bytes % BLOCK_BYTES)) % BLOCK_BYTES
    if (part) await writeEntry(source, part, { ...entry, path: join(part.into, entry.path.slice(slash + 1)) })
    else for await (const _ of source.pass(entry.bytes));
    for await (const _ of source.pass(padding));
  }
}

type Entry = { path: string; bytes: number; mode: number; isFolder: boolean }

async function writeEntry(source: ByteSource, part: Part, entry: Entry) {
  const mode = entry.mode & part.modeMask
  if (entry.isFolder) {
    mkdirSync(entry.path, { recursive: true })
    chmodSync(entry.path, mode)
    if (part.owner) chownSync(entry.path, part.owner.uid, part.owner.gid)
    return
  }
  mkdirSync(dirname(entry.path), { recursive: true })
  const descriptor = openSync(entry.path, 'wx', mode)
  try {
    for await (const chunk of source.pass(entry.bytes)) {
      for (let written = 0; written < chunk.length; ) written += writeSync(descriptor, chunk, written)
    }
    // The umask took bits away that whoever runs PostgreSQL needs.
    fchmodSync(descriptor, mode)
    if (part.owner) fchownSync(descriptor, part.owner.uid, part.owner.gid)
  } finally {
    closeSync(descriptor)
  }
}

/** Undefined for the empty block that ends an archive. */
function parseHeader(block: Uint8Array): Entry | undefined {
  if (block[0] === 0) return undefined
  const text = (from: number, length: number) => {
    const field = block.subarray(from, from + length)
    const end = field.indexOf(0)
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
  }
  const octal = (from: number, length: number) => Number.parseInt(text(from, length), 8)
  const type = text(156, 1)
  if (text(257, 5) !== 'ustar' || (type !== '0' && type !== '5')) throw new Error('The archive is damaged.')
  const prefix = text(345, 155)
  const path = prefix ? `${prefix}/${text(0, 100)}` : text(0, 100)
  return { path, bytes: octal(124, 12), mode: octal(100, 8), isFolder: type === '5' }
}

/** Reads a stream in pieces of the size one asks for. */
class ByteSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader()
  }

  async take(bytes: number): Promise<Uint8Array> {
    const taken = new Uint8Array(bytes)
    let filled = 0
    for await (const chunk of this.pass(bytes)) {
      taken.set(chunk, filled)
      filled += chunk.length
    }
    return taken
  }

  async *pass(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; ) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#reader.read()
        if (done) throw new Error('The archive ends too early.')
        this.#rest = value
      }
      const chunk = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(chunk.length)
      left -= chunk.length
      yield chunk
    }
  }
}
