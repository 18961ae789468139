import { connect, type Socket } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'

const ANSWER_TIMEOUT_MS = 30_000

export type Answer = { status: number; headers: Headers; body: string }
/** `closed`: the server ended the connection and said nothing. */
export type Outcome = Answer | 'closed' | 'silent'

/** One connection over which requests go one after the other, byte for byte as they are given; opened anew when the server has closed it. */
export class Connection {
  private socket: Socket | undefined
  private received: Buffer = Buffer.alloc(0)
  private isOpen = false
  private wake = () => {}

  constructor(private readonly port: number) {}

  /** @param hasBody false for an answer to HEAD, which only says how long one would be */
  async ask(request: Buffer, { hasBody = true, isLast = false } = {}): Promise<Outcome> {
    if (!this.isOpen) await this.open()
    this.received = Buffer.alloc(0)
    this.socket!.write(request)
    const endsAt = performance.now() + ANSWER_TIMEOUT_MS
    for (;;) {
      const answer = readAnswer(this.received, hasBody, !this.isOpen)
      if (answer) {
        if (isLast || answer.headers.get('connection') === 'close') this.end()
        return answer
      }
      if (!this.isOpen) return 'closed'
      const left = endsAt - performance.now()
      if (left <= 0) {
        this.end()
        return 'silent'
      }
      await this.moved(left)
    }
  }

  /** Everything that comes until the server closes, or until it is quiet for so long. */
  async listen(quietMs: number): Promise<string> {
    for (let seen = -1; this.isOpen && seen !== this.received.length; ) {
      seen = this.received.length
      await this.moved(quietMs)
    }
    this.end()
    return this.received.toString('latin1')
  }

  end(): void {
    this.isOpen = false
    this.socket?.destroy()
  }

  private async moved(withinMs: number): Promise<void> {
    let timer: Timer | undefined
    await new Promise<void>((resolve) => {
      this.wake = resolve
      timer = setTimeout(resolve, withinMs)
    })
    clearTimeout(timer)
  }

  private async open(): Promise<void> {
    this.socket?.destroy()
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    this.socket = socket
    this.isOpen = true
    const closed = () => {
      if (this.socket === socket) this.isOpen = false
      this.wake()
    }
    socket.on('close', closed)
    socket.on('end', closed)
    socket.on('error', closed)
    socket.on('data', (data: Buffer) => {
      if (this.socket === socket) this.received = Buffer.concat([this.received, data])
      this.wake()
    })
  }
}

/** Undefined until it is whole. Throws where it is no HTTP. */
function readAnswer(received: Buffer, hasBody: boolean, isClosed: boolean): Answer | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [statusLine = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1])
  if (!status) throw new Error(`No HTTP: ${statusLine}`)
  const headers = new Headers()
  for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  if (status === 100) return readAnswer(received.subarray(headEnd + 4), hasBody, isClosed)
  const raw = received.subarray(headEnd + 4)
  const bytes = !hasBody || status === 204 || status === 304 ? Buffer.alloc(0) : readBody(raw, headers, isClosed)
  return bytes && { status, headers, body: unpacked(bytes, headers).toString('utf8') }
}

function readBody(raw: Buffer, headers: Headers, isClosed: boolean): Buffer | undefined {
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(raw)
  const declared = headers.get('content-length')
  if (declared === null) return isClosed || headers.get('connection') !== 'close' ? raw : undefined
  return raw.length < Number(declared) ? undefined : raw.subarray(0, Number(declared))
}

/** RFC 9112, section 7.1. */
function readChunks(raw: Buffer): Buffer | undefined {
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = raw.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const length = Number.parseInt(raw.toString('latin1', at, lineEnd), 16)
    const start = lineEnd + 2
    if (raw.length < start + length + 2) return undefined
    if (length === 0) return Buffer.concat(chunks)
    chunks.push(raw.subarray(start, start + length))
    at = start + length + 2
  }
}

function unpacked(bytes: Buffer, headers: Headers): Buffer {
  const encoding = headers.get('content-encoding')
  if (bytes.length === 0 || encoding === null) return bytes
  return encoding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes)
}
