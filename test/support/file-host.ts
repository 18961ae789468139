import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { camelCase } from '#src/config/effective.ts'
import { type Config, readConfig } from '#src/config.ts'

/**
 * What the host does with the next requests. `refuse` ends the connection before the request was read, `drop` does what it is asked and
 * breaks off within the answer, `damage` keeps other bytes than it was sent. What is late is done all the same when nobody waits for it.
 */
export type Manner =
  | 'fine'
  | { status: number; says?: string }
  | 'stall'
  | 'refuse'
  | 'drop'
  | 'damage'
  | { lateMs: number }
  | { after: Promise<unknown> }

/** What was asked of it. `fault`: how the request is wrong, as its signature. */
export type HostRequest = {
  action: 'put' | 'get' | 'remove'
  key: string
  fault?: string
  content?: Buffer<ArrayBuffer>
}
export type HostAnswer = { status: number; headers?: Record<string, string>; body: string | Buffer }

export type FileHostStandIn = {
  url: string
  /** What it keeps, by name. */
  kept: Map<string, Buffer>
  /** Requests that it has read, as `put <name>`. */
  seen: string[]
  /** Of those, the ones whose signature was wrong. */
  faults: string[]
  /** The most that were sent to it at once. */
  mostAtOnce(): number
  /** Requests that it has not done yet, whether somebody waits for them or not. */
  busy(): number
  /** For all requests, each by itself, or those that `isMeant`. */
  behave(manner: Manner | ((request: HostRequest) => Manner), isMeant?: (request: HostRequest) => boolean): void
  /** Called with each request before it is done. */
  onRequest(hear: (request: HostRequest) => void): void
  end(): Promise<void>
}

export type Protocol = {
  read(request: IncomingMessage, body: Buffer<ArrayBuffer>, url: string): Promise<HostRequest>
  answer(request: HostRequest, kept: Buffer | undefined): HostAnswer
}

/** A file host on the loopback that speaks by `protocol`, refuses what is not rightly signed, and fails in the way a test asks for. */
export async function fileHost(protocol: Protocol): Promise<FileHostStandIn> {
  const kept = new Map<string, Buffer>()
  const [seen, faults]: [string[], string[]] = [[], []]
  let mannerOf: (request: HostRequest) => Manner = () => 'fine'
  let hear: (request: HostRequest) => void = () => {}
  let [open, most, busy] = [0, 0, 0]

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>))
    const request = await protocol.read(incoming, body, url)
    seen.push(`${request.action} ${request.key}`)
    if (request.fault) faults.push(request.fault)
    hear(request)
    const mine = mannerOf(request)
    if (mine === 'refuse') return void incoming.socket.destroy()
    if (mine === 'stall') return
    if (typeof mine === 'object' && 'lateMs' in mine) await Bun.sleep(mine.lateMs)
    if (typeof mine === 'object' && 'after' in mine) await mine.after
    if (typeof mine === 'object' && 'status' in mine) return void response.writeHead(mine.status).end(mine.says ?? 'no')
    const before = kept.get(request.key)
    if (!request.fault) keep(request, mine === 'damage')
    const { status, headers, body: said } = protocol.answer(request, before)
    const bytes = Buffer.from(said)
    response.writeHead(status, { ...headers, 'content-length': bytes.length })
    if (mine !== 'drop') return void response.end(bytes)
    response.write(bytes.subarray(0, bytes.length >> 1), () => incoming.socket.destroy())
  }
  const keep = ({ action, key, content }: HostRequest, isDamaged: boolean) => {
    if (action === 'put')
      kept.set(key, isDamaged ? Buffer.concat([content!.subarray(1), content!.subarray(0, 1)]) : content!)
    if (action === 'remove') kept.delete(key)
  }
  const server = createServer((incoming, response) => {
    open += 1
    most = Math.max(most, open)
    response.on('close', () => {
      open -= 1
    })
    busy += 1
    serve(incoming, response)
      .catch(() => incoming.socket.destroy())
      .finally(() => {
        busy -= 1
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`

  return {
    url,
    kept,
    seen,
    faults,
    mostAtOnce: () => most,
    busy: () => busy,
    behave(manner, isMeant = () => true) {
      const choose = typeof manner === 'function' ? manner : () => manner
      mannerOf = (request) => (isMeant(request) ? choose(request) : 'fine')
    },
    onRequest(listen) {
      hear = listen
    },
    async end() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** What settings of hosts, by their names in the environment, make of a configuration; the rest is left to others. */
export function hostConfig(settings: Record<string, string>): Partial<Config> {
  const config = readConfig(settings, {}, () => '')
  const names = Object.keys(settings).map((name) => camelCase(name.toLowerCase()) as keyof Config)
  return Object.fromEntries(names.map((name) => [name, config[name]]))
}
