import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'

export type Relay = {
  url: string
  /** Resets the connection that has brought so many bytes, all others, and whoever comes until `mend`. */
  cutAfter(bytes: number): void
  /** Resets everybody now, and until `mend`. */
  cut(): void
  mend(): void
  /** The next connection that brings these words ends after the first byte of its answer’s body. */
  dropAnswerTo(words: string): void
  /** Connections that were begun while it was cut. */
  refused(): number
  end(): Promise<void>
}

/** The way to a server on this machine, which can be cut in the middle of what a browser sends: the browser still calls itself online. */
export async function openRelay(to: string): Promise<Relay> {
  const open = new Set<Socket>()
  let [isCut, cutAfterBytes, refused] = [false, Number.POSITIVE_INFINITY, 0]
  let dropsAt: string | undefined
  const cut = () => {
    isCut = true
    for (const socket of open) socket.resetAndDestroy()
  }
  const keep = (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy())
  }
  const server = createServer((client) => {
    keep(client)
    if (isCut) {
      refused += 1
      client.resetAndDestroy()
      return
    }
    const behind = connect(Number(new URL(to).port), '127.0.0.1')
    keep(behind)
    let [brought, isDropped] = [0, false]
    behind.on('data', (bytes: Buffer) => {
      // Where the answer was not begun a browser sends everything again by itself.
      if (isDropped) client.end(bytes.subarray(0, bytes.indexOf(HEAD_END) + HEAD_END.length + 1))
    })
    client.on('data', (bytes) => {
      if (dropsAt !== undefined && bytes.includes(dropsAt)) {
        isDropped = true
        behind.unpipe(client).resume()
        dropsAt = undefined
      }
      brought += bytes.length
      if (brought > cutAfterBytes) cut()
    })
    client.pipe(behind).pipe(client)
    client.on('close', () => behind.destroy())
    behind.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAfter(bytes) {
      cutAfterBytes = bytes
    },
    cut,
    mend() {
      isCut = false
      cutAfterBytes = Number.POSITIVE_INFINITY
    },
    dropAnswerTo(words) {
      dropsAt = words
    },
    refused: () => refused,
    async end() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
