import { connect, type Socket } from 'node:net'

const DRIP_MS = 500

export type SlowClient = {
  /** What the server has said so far. */
  heard(): string
  /** Resolves when the server has ended the connection. */
  ended: Promise<void>
  isEnded(): boolean
  end(): void
}

type Manner = {
  /** Sent at once. */
  start?: string
  /** Sent every half second from then on. */
  drip?: string
  /** Whether it takes what the server sends; one that does not leaves it in the network's buffers. */
  isReading?: boolean
}

/** A connection that costs its owner nothing and the server a place, until the server ends it. Resolves when it is open. */
export async function slowClient(
  port: number,
  { start = '', drip = '', isReading = true }: Manner,
): Promise<SlowClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let heard = ''
  let isEnded = false
  if (isReading) socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')))
  else socket.pause()
  if (start) socket.write(start)
  const dripping = drip ? setInterval(() => socket.write(drip), DRIP_MS) : undefined
  const ended = new Promise<void>((resolve) => {
    const over = () => {
      isEnded = true
      clearInterval(dripping)
      resolve()
    }
    socket.on('error', over).on('end', over).on('close', over)
  })
  return { heard: () => heard, ended, isEnded: () => isEnded, end: () => leave(socket) }
}

function leave(socket: Socket): void {
  socket.on('error', () => {})
  socket.destroy()
}

const HOST = 'Host: 127.0.0.1\r\n'
const post = (path: string, type: string, bytes: number) =>
  `POST ${path} HTTP/1.1\r\n${HOST}Sec-Fetch-Site: same-origin\r\nContent-Type: ${type}\r\nContent-Length: ${bytes}\r\n\r\n`
const get = (path: string) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`
const BOUNDARY = 'slow'
const FILE_HEAD = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4\n`
/** More of them than a socket's buffers take. */
const PIPELINED = 60

/** Ways to hold a server up. */
export const ATTACKS = {
  'slow headers': { start: `GET / HTTP/1.1\r\n${HOST}`, drip: 'X-Line: y\r\n' },
  'half a header': { start: `GET / HTTP/1.1\r\n${HOST}X-Line: `, drip: 'y' },
  'a slow JSON body': { start: `${post('/api/v1/registrations', 'application/json', 100_000)}{`, drip: ' ' },
  'a slow form': { start: `${post('/entry', 'application/x-www-form-urlencoded', 30_000)}reference=`, drip: 'A' },
  'a slow upload': {
    start: post('/api/v1/uploads', `multipart/form-data; boundary=${BOUNDARY}`, 1_000_000) + FILE_HEAD,
    drip: 'x'.repeat(500),
  },
  'answers that are not taken': { start: get('/api/openapi.json').repeat(PIPELINED), isReading: false },
  'nothing at all': {},
  'nothing after an answer': { start: get('/healthz') },
} as const satisfies Record<string, Manner>
export type Attack = keyof typeof ATTACKS
