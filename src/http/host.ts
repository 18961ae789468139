import { isIP } from 'node:net'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { requestState } from './request-state.ts'

const PROBES = new Set(['/healthz', '/readyz', '/metrics'])
const ADDRESS_LENGTH_MAX = 4096

/**
 * Refuses addresses that nothing of ours has: unreadable, too long, or with a NUL, which no text in the database can hold, and more than
 * one host (RFC 9112, section 3.2): MALFORMED_REQUEST. Refuses hosts that are not ours, so that no answer carries a stranger's name (WRONG_HOST): with `PUBLIC_URL`
 * every other host, loopback aside; without it every name but loopback and IP literals. Probes may come by any host. Behind a trusted proxy the host is the
 * one it was asked by (client-address.ts).
 */
export function checkAddress(ctx: AppContext, request: Request): void {
  const { url } = requestState(request)
  const hasHosts = request.headers.get('host')?.includes(',') ?? false
  if (!url || hasHosts || request.url.length > ADDRESS_LENGTH_MAX || request.url.includes('%00'))
    throw new AppError('MALFORMED_REQUEST')
  if (PROBES.has(url.pathname) || isLoopback(url.hostname)) return
  const isOurs =
    ctx.config.publicUrl === undefined
      ? isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0
      : url.host === new URL(ctx.config.publicUrl).host
  if (!isOurs) throw new AppError('WRONG_HOST')
}

const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
