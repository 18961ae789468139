import { isIPv4 } from 'node:net'
import type { Config } from '#src/config.ts'
import type { DependencySettings } from '#src/lib/dependency.ts'
import type { Content } from './model.ts'
import { oneLine, readFailure, requireAddress } from './smtp-failure.ts'

const SECOND_MS = 1000
/** Messages at once, each on a connection of its own. */
export const CONNECTIONS = 3
const MESSAGES_A_CONNECTION = 100
const IDLE_TIMEOUT_MS = 30 * SECOND_MS
const CONNECT_MAX_MS = 15 * SECOND_MS
const GREETING_MAX_MS = 30 * SECOND_MS

/** How long to wait for a connection, for the greeting, for any further sign of life, and for a whole try. */
export type Timeouts = { connectMs: number; greetingMs: number; silenceMs: number; wholeMs: number }
/** `SMTP_TIMEOUT` is for a whole try, of which connection and greeting have their share. */
export const timeoutsOf = ({ smtpTimeout }: Pick<Config, 'smtpTimeout'>): Timeouts => ({
  connectMs: Math.min(CONNECT_MAX_MS, smtpTimeout * SECOND_MS),
  greetingMs: Math.min(GREETING_MAX_MS, smtpTimeout * SECOND_MS),
  silenceMs: (smtpTimeout * SECOND_MS * 2) / 3,
  wholeMs: smtpTimeout * SECOND_MS,
})

export type Message = Content & { id: string; toAddress: string; toName: string; date: Date }

/** The way to the mail server. */
export type Mailer = {
  /** Hands the message over; returns the server's answer. Throws what nodemailer throws, and UnsendableMail. */
  send(message: Message, signal: AbortSignal): Promise<string>
  /** Ends every connection, also those in the middle of a message. */
  close(): void
}

/** A pool of connections to `SMTP_SERVER`. Encrypted unless `SMTP_SECURITY` is none; a server that cannot is not spoken to. */
export async function makeMailer(config: Config, timeouts: Timeouts): Promise<Mailer> {
  const { createTransport } = await import('nodemailer')
  const host = mailName(new URL(config.publicUrl!).hostname)
  const address = requireAddress(config.smtpFromEmail!)
  const isClear = config.smtpSecurity === 'none'
  const transport = createTransport({
    pool: true,
    host: config.smtpServer,
    port: config.smtpPort,
    secure: config.smtpSecurity === 'tls',
    requireTLS: config.smtpSecurity === 'starttls',
    ignoreTLS: isClear,
    tls: { minVersion: 'TLSv1.2', ...(config.smtpCa === undefined ? {} : { ca: config.smtpCa }) },
    ...(config.smtpUsername === undefined
      ? {}
      : { auth: { user: config.smtpUsername, pass: config.smtpPassword ?? '' } }),
    // What the server learns of us: the name of the site, not of the machine.
    name: host,
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.greetingMs,
    socketTimeout: timeouts.silenceMs,
    dnsTimeout: timeouts.connectMs,
    maxConnections: CONNECTIONS,
    maxMessages: MESSAGES_A_CONNECTION,
    idleTimeout: IDLE_TIMEOUT_MS,
    rateDelta: SECOND_MS,
    rateLimit: config.smtpRate,
    // The mail log alone says when something is sent again.
    maxRequeues: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  // A connection that fails while nothing is sent concerns nobody.
  transport.on('error', () => {})

  return {
    async send(message, signal) {
      const { response } = await transport.sendMail({
        signal,
        messageId: `<${message.id}@${host}>`,
        date: message.date,
        from: { name: oneLine(message.fromName ?? config.smtpFromName ?? config.appTitle), address },
        to: { name: oneLine(message.toName), address: requireAddress(message.toAddress) },
        ...(message.replyTo === undefined ? {} : { replyTo: requireAddress(message.replyTo) }),
        envelope: { from: address, to: [message.toAddress] },
        subject: oneLine(message.subject),
        text: message.text,
        html: message.html,
        // RFC 3834: no answering machine should answer.
        headers: { 'Auto-Submitted': 'auto-generated' },
        xMailer: false,
      })
      return oneLine(response)
    },
    close: () => transport.close({ force: true }),
  }
}

/** An address stands in brackets (RFC 5321, section 4.1.3). */
const mailName = (hostname: string) => (isIPv4(hostname) ? `[${hostname}]` : hostname.replace(/^\[/, '[IPv6:'))

/** How the mail server stands behind its breaker: a message that it refuses is no failure of the server. */
export const mailDependency = (timeouts: Timeouts) =>
  ({
    name: 'mail',
    timeoutMs: timeouts.wholeMs,
    deadlineMs: timeouts.wholeMs + SECOND_MS,
    concurrency: { calls: CONNECTIONS, waiting: CONNECTIONS },
    judge(error) {
      const { isTheServers, code } = readFailure(error, [])
      if (!isTheServers) return undefined
      return code === 'ETIMEDOUT' ? { reason: 'timeout', detail: '' } : { reason: 'network', detail: code }
    },
  }) satisfies Omit<DependencySettings, 'now' | 'breaker' | 'onEvent'>
