import { connect, type Socket } from 'node:net'

const CHUNK_BYTES = 64 * 1024
const TICK_MS = 50
const ANSWER_TIMEOUT_MS = 30_000

type Options = {
  port: number
  path: string
  host?: string
  headers?: Record<string, string>
  /** Of the whole body; without it the body is sent in chunks (RFC 9112, section 7.1). */
  contentLength?: number
}

export type RawAnswer = { status: number; headers: Headers; body: string }

const BOUNDARY = 'teamsheet-test-boundary'

/**
 * A multipart form written byte by byte over a plain TCP connection: it can send slowly, stop, break the format, or go away, which no
 * HTTP client lets a test do. Text is sent as it is given, one byte a character of Latin-1 or as UTF-8 where it has others.
 */
export class MultipartClient {
  private received: Buffer = Buffer.alloc(0)
  private ended = false
  private wake = () => {}
  sentBytes = 0

  private constructor(
    private readonly socket: Socket,
    private readonly chunked: boolean,
  ) {
    socket.on('data', (data: Buffer) => {
      this.received = Buffer.concat([this.received, data])
      this.wake()
    })
    socket.on('close', () => {
      this.ended = true
      this.wake()
    })
    socket.on('error', () => {})
  }

  static async open({
    port,
    path,
    host = '127.0.0.1',
    headers = {},
    contentLength,
  }: Options): Promise<MultipartClient> {
    const socket = connect({ port, host, noDelay: true })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    const client = new MultipartClient(socket, contentLength === undefined)
    const lines = {
      host: `${host}:${port}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...(contentLength === undefined
        ? { 'transfer-encoding': 'chunked' }
        : { 'content-length': String(contentLength) }),
      ...headers,
    }
    const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n`)
    return client
  }

  async field(name: string, value: string | Uint8Array): Promise<void> {
    await this.part(`form-data; name="${name}"`, undefined, value)
  }

  async file(name: string, filename: string, contentType: string, content: Uint8Array): Promise<void> {
    await this.part(`form-data; name="${name}"; filename="${filename}"`, contentType, content)
  }

  async part(disposition: string, contentType: string | undefined, content: string | Uint8Array): Promise<void> {
    await this.beginPart(disposition, contentType)
    await this.send(content)
    await this.send('\r\n')
  }

  /** The head of a part; its content follows by `send`, and a line break after it. */
  beginPart(disposition: string, contentType?: string): Promise<void> {
    const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`
    return this.send(`--${BOUNDARY}\r\nContent-Disposition: ${disposition}\r\n${type}\r\n`)
  }

  /** As fast as the server takes it, or at a rate. Stops quietly when the server has closed. */
  async send(content: string | Uint8Array, bytesPerSecond = Number.POSITIVE_INFINITY): Promise<void> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const step = Math.min(CHUNK_BYTES, Math.ceil((bytesPerSecond * TICK_MS) / 1000))
    for (let at = 0; at < bytes.length && !this.ended; at += step) {
      await this.write(bytes.subarray(at, at + step))
      if (bytesPerSecond !== Number.POSITIVE_INFINITY) await Bun.sleep(TICK_MS)
    }
  }

  /** The closing boundary, and the answer. */
  async finish(): Promise<RawAnswer> {
    await this.send(`--${BOUNDARY}--\r\n`)
    return this.answer()
  }

  /** The answer, also to a body that was not finished. */
  async answer(): Promise<RawAnswer> {
    if (this.chunked && !this.ended) this.socket.write('0\r\n\r\n')
    return this.waitForAnswer()
  }

  /** The answer while the body stays as it is: stalled. */
  async waitForAnswer(timeoutMs = ANSWER_TIMEOUT_MS): Promise<RawAnswer> {
    const endsAt = performance.now() + timeoutMs
    for (;;) {
      const answer = parseAnswer(this.received)
      if (answer) {
        this.socket.destroy()
        return answer
      }
      if (this.ended) throw new Error('The server closed the connection without an answer.')
      if (performance.now() > endsAt) throw new Error('The server did not answer.')
      await Promise.race([new Promise<void>((resolve) => (this.wake = resolve)), Bun.sleep(TICK_MS)])
    }
  }

  /** Goes away in the middle, as a phone that loses its network does once it notices (a reset, not an orderly end). */
  drop(): void {
    this.socket.resetAndDestroy()
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.sentBytes += bytes.length
    const framed = this.chunked
      ? Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
      : bytes
    if (this.socket.write(framed) || this.ended) return
    await new Promise<void>((resolve) => {
      const go = () => {
        this.socket.off('drain', go).off('close', go)
        resolve()
      }
      this.socket.on('drain', go).on('close', go)
    })
  }
}

/** How many bytes the parts of a form take, for its `contentLength`. */
export function multipartBytes(parts: { disposition: string; contentType?: string; bytes: number }[]): number {
  const end = `--${BOUNDARY}--\r\n`.length
  return parts.reduce((sum, { disposition, contentType, bytes }) => {
    const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`
    const head = `--${BOUNDARY}\r\nContent-Disposition: ${disposition}\r\n${type}\r\n`
    return sum + Buffer.byteLength(head) + bytes + 2
  }, end)
}

/** Undefined until it is whole. */
function parseAnswer(received: Buffer): RawAnswer | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [statusLine = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n')
  const headers = new Headers(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const body = received.subarray(headEnd + 4)
  if (headers.get('transfer-encoding') === 'chunked') {
    if (!body.toString('latin1').endsWith('0\r\n\r\n')) return undefined
  } else if (body.length < Number(headers.get('content-length') ?? 0)) return undefined
  return { status: Number(statusLine.split(' ')[1]), headers, body: body.toString('utf8') }
}
