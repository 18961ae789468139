import { createServer, type Socket } from 'node:net'

/** What the host does with the next requests. `drop` breaks off within the answer, `refuse` before it. */
export type Manner = { status: number } | 'stall' | 'drop' | 'refuse' | { lateMs: number }

export type HttpStandIn = {
  url: string
  /** Requests that reached it. */
  requests: { method: string; path: string; at: number }[]
  /** Requests that it is still thinking about. */
  open(): number
  behave(manner: Manner): void
  /** Answers whatever stalls, with 200. */
  release(): void
  end(): Promise<void>
}

const answer = (status: number, body = 'done') =>
  `HTTP/1.1 ${status} ${status < 400 ? 'OK' : 'No'}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`

/** A host on the loopback, in place of a file host or any other service by HTTP, that fails in the way a test asks for. */
export async function httpStandIn(): Promise<HttpStandIn> {
  let manner: Manner = { status: 200 }
  const requests: HttpStandIn['requests'] = []
  const stalled = new Set<Socket>()
  const sockets = new Set<Socket>()

  const serve = async (socket: Socket, head: string) => {
    const [method = '', path = ''] = head.split(' ')
    requests.push({ method, path, at: performance.now() })
    if (manner === 'refuse') return socket.destroy()
    if (manner === 'stall') return stalled.add(socket)
    if (manner === 'drop') return socket.write(answer(200, 'half an answer').slice(0, -4), () => socket.destroy())
    if ('lateMs' in manner) {
      await Bun.sleep(manner.lateMs)
      return socket.end(answer(200))
    }
    return socket.end(answer(manner.status))
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('data', (bytes) => void serve(socket, bytes.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      stalled.delete(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    requests,
    open: () => stalled.size,
    behave(next) {
      manner = next
    },
    release() {
      for (const socket of stalled) socket.end(answer(200))
      stalled.clear()
    },
    async end() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
