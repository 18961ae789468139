/**
 * What a failure that may pass says of the work: it was never begun (`unsent`); PostgreSQL has undone it (`undone`); nobody knows, as the
 * connection broke before the answer (`unknown`); it was refused, and asking again at once would only be refused again (`refused`).
 */
type Outcome = 'unsent' | 'undone' | 'unknown' | 'refused'

/**
 * Every failure of the database that may pass by itself, with the reason: codes of sockets and names (POSIX), of the driver, and
 * SQLSTATEs (PostgreSQL manual, appendix A). All others are faults of ours.
 */
export const TRANSIENT: Readonly<Record<string, readonly [Outcome, reason: string]>> = {
  ECONNREFUSED: ['unsent', 'nobody listens: the server is down, or not up yet'],
  ENOENT: ['unsent', 'there is no socket: the embedded server is down, or not up yet'],
  EAGAIN: ['unsent', 'more wait to connect to the socket than it holds'],
  EAI_AGAIN: ['unsent', 'the name server does not answer'],
  ENOTFOUND: ['unsent', 'the host has no address yet, as while containers start'],
  CONNECT_TIMEOUT: ['unsent', 'the host took the connection or its packets, and said nothing'],
  ECONNRESET: ['unknown', 'the server or something on the way ended the connection'],
  EPIPE: ['unknown', 'the other end had closed the connection'],
  ETIMEDOUT: ['unknown', 'the packets of the connection are not answered any more'],
  EHOSTUNREACH: ['unknown', 'the way to the host is broken'],
  ENETUNREACH: ['unknown', 'the way to the network is broken'],
  CONNECTION_CLOSED: ['unknown', 'the server ended the connection without a word, as when it is killed'],
  CONNECTION_DESTROYED: ['unknown', 'our own stop ended the connection'],
  CONNECTION_ENDED: ['refused', 'the pool is closed: this process is stopping'],
  '08000': ['unknown', 'connection exception'],
  '08001': ['unsent', 'a connection pooler could not connect'],
  '08003': ['unknown', 'connection does not exist'],
  '08004': ['unsent', 'the server rejected the connection'],
  '08006': ['unknown', 'connection failure'],
  '08007': ['unknown', 'the connection failed during the commit'],
  '25006': ['refused', 'read-only: after a fail-over the former writer answers as a standby'],
  '25P03': ['refused', 'the transaction lay idle for too long and was undone'],
  '25P04': ['refused', 'the transaction took too long and was undone'],
  '40001': ['undone', 'serialization failure: another transaction was first'],
  '40003': ['unknown', 'statement completion unknown'],
  '40P01': ['undone', 'deadlock: this one was chosen to give way'],
  '53000': ['refused', 'insufficient resources'],
  '53100': ['refused', 'the disk of the database is full'],
  '53200': ['refused', 'the database is out of memory'],
  '53300': ['unsent', 'too many connections, ours or others'],
  '55P03': ['refused', 'a lock was not had in time'],
  '57014': ['refused', 'the statement took too long and was undone'],
  '57P01': ['unknown', 'the server is being shut down'],
  '57P02': ['unknown', 'another of its processes crashed, and all are started anew'],
  '57P03': ['unsent', 'the server is starting, recovering or shutting down'],
  '57P05': ['unknown', 'the session lay idle for too long'],
  '58000': ['refused', 'a system error of the database’s machine'],
  '58030': ['refused', 'an input or output error of the database’s disk'],
}

/** Whether the error says that the database cannot do it for now, rather than that it will not. */
export const isDatabaseUnavailable = (error: unknown): boolean => outcomeOf(error) !== undefined

/** SQLSTATEs that say the database is there and has too much to do: waits for locks and whole statements that took too long. */
const TOO_SLOW = new Set(['25P03', '25P04', '55P03', '57014'])

export const isTooSlow = (error: unknown): boolean => TOO_SLOW.has(String((error as { code?: unknown } | null)?.code))

/** What is known of the work that ended with this error; undefined where the error is none that passes. */
export function outcomeOf(error: unknown): Outcome | undefined {
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown }
  // A file of ours that is missing has the same code as a socket that is.
  if (typeof code !== 'string' || (code === 'ENOENT' && syscall !== 'connect')) return undefined
  return Object.hasOwn(TRANSIENT, code) ? TRANSIENT[code]![0] : undefined
}
