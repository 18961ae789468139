import type { HostName } from '#src/config/files.ts'

export type { HostName }

/**
 * A file host as it speaks: one request a call, given up when `signal` says so. Each throws StatusError for an answer that is no success,
 * and what `fetch` throws.
 */
export type FileHost = {
  readonly name: HostName
  /** The MD5 of what arrived, hexadecimal, where the host tells it. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<string | undefined>
  /** Undefined where there is no such file; of a longer one, only that it is longer. */
  get(key: string, bytesMax: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** A file that is not there is no error. */
  remove(key: string, signal: AbortSignal): Promise<void>
}

/** The body of an answer, as far as one byte beyond `bytesMax`. Throws where it breaks off before its end. */
export async function readBody(answer: Response, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of answer.body ?? []) {
    parts.push(part)
    bytes += part.byteLength
    if (bytes > bytesMax) break
  }
  if (bytes > bytesMax) return new Uint8Array(Buffer.concat(parts, bytesMax + 1))
  const announced = Number(answer.headers.get('content-length') ?? bytes)
  if (announced > bytes && !answer.headers.has('content-encoding'))
    throw Object.assign(new Error('The answer broke off.'), { code: 'ECONNRESET' })
  return new Uint8Array(Buffer.concat(parts))
}
