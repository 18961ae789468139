import type { AddressInfo, Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from './loopback-certificate.ts'

/** What the server says instead of yes: its code and words; `stall`: nothing at all; `drop`: it hangs up. */
export type Reply = { code: number; words?: string } | 'stall' | 'drop'
type Answer = Reply | undefined | Promise<Reply | undefined>

/** What it does at each stage; undefined is yes. They may be changed while it runs. */
export type Rules = {
  connect?: () => Answer
  mailFrom?: (address: string) => Answer
  rcptTo?: (address: string) => Answer
  /** While the message comes in, after its first bytes. */
  midData?: () => Answer
  /** The message is here and taken; this answers it. */
  data?: (message: Received) => Answer
}

export type Received = ParsedMail & { raw: string; envelope: { from: string; to: string[] }; isSecure: boolean }

export type SmtpStandIn = {
  port: number
  rules: Rules
  /** Everything that came in whole, whatever it was answered with. */
  received: Received[]
  connections: number
  /** Hangs up on everybody. */
  cut(): void
  /** Nobody listens any more; connections are cut. */
  close(): Promise<void>
}

type Options = {
  port?: number
  /** Offered by STARTTLS, spoken from the first byte, or neither. */
  security?: 'starttls' | 'tls' | 'none'
  /** Nobody sends without it. */
  login?: { user: string; password: string }
}

/** A mail server on loopback that can be as bad as real ones. */
export async function smtpStandIn({ port = 0, security = 'none', login }: Options = {}): Promise<SmtpStandIn> {
  /** By the port they came from, as sessions know it. */
  const sockets = new Map<number, Socket>()
  const server = new SMTPServer({
    secure: security === 'tls',
    key: LOOPBACK_KEY,
    cert: LOOPBACK_CERTIFICATE,
    authOptional: login === undefined,
    allowInsecureAuth: security === 'none',
    disabledCommands: [...(login === undefined ? ['AUTH'] : []), ...(security === 'starttls' ? [] : ['STARTTLS'])],
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect: (session, done) => {
      standIn.connections += 1
      void answer(session, standIn.rules.connect?.(), done)
    },
    onAuth: ({ username, password }, _session, done) =>
      username === login?.user && password === login?.password
        ? done(null, { user: username })
        : done(Object.assign(new Error('Wrong name or password'), { responseCode: 535 })),
    onMailFrom: ({ address }, session, done) => void answer(session, standIn.rules.mailFrom?.(address), done),
    onRcptTo: ({ address }, session, done) => void answer(session, standIn.rules.rcptTo?.(address), done),
    onData: (stream, session, done) => void takeMessage(stream, session, done).catch(() => {}),
  })
  const standIn: SmtpStandIn = {
    port,
    rules: {},
    received: [],
    connections: 0,
    cut() {
      for (const socket of sockets.values()) socket.destroy()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        standIn.cut()
      }),
  }

  async function answer(session: SMTPServerSession, answered: Answer, done: (error?: Error | null) => void) {
    const reply = await answered
    if (reply === undefined) return done()
    if (reply === 'stall') return
    if (reply === 'drop') return void sockets.get(session.remotePort)?.destroy()
    done(Object.assign(new Error(reply.words ?? 'Not now'), { responseCode: reply.code }))
  }

  async function takeMessage(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    done: (error?: Error | null) => void,
  ) {
    const chunks: Buffer[] = []
    // Who breaks off in the middle of a message has sent none.
    stream.on('error', () => {})
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      const reply = chunks.length === 1 ? await standIn.rules.midData?.() : undefined
      if (reply) return answer(session, reply, done)
    }
    const raw = Buffer.concat(chunks).toString()
    const { mailFrom, rcptTo } = session.envelope
    const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) }
    const message: Received = { ...(await simpleParser(raw)), raw, envelope, isSecure: session.secure }
    standIn.received.push(message)
    await answer(session, standIn.rules.data?.(message), done)
  }

  const net = server.server
  net.on('connection', (socket: Socket) => {
    const from = socket.remotePort!
    sockets.set(from, socket)
    socket.on('close', () => sockets.delete(from))
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  standIn.port = (net.address() as AddressInfo).port
  return standIn
}
