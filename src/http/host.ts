import { isIP } from 'node:net'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'

const PROBES = new Set(['/healthz', '/readyz', '/metrics'])

/**
 * Refuses requests for hosts that are not ours, so that no answer carries a stranger's name: with `PUBLIC_URL` every other host,
 * loopback aside; without it every name but loopback and IP literals. Throws WRONG_HOST; probes are let through.
 */
export function checkHost(ctx: AppContext, request: Request): void {
  const { hostname, pathname, host } = new URL(request.url)
  if (PROBES.has(pathname) || isLoopback(hostname)) return
  const allowed =
    ctx.config.publicUrl === undefined
      ? isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
      : host === new URL(ctx.config.publicUrl).host
  if (!allowed) throw new AppError('WRONG_HOST')
}

const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

const ADDRESS_LENGTH_MAX = 4096

/** Refuses addresses that nothing of ours has: too long, or with a NUL, which no text in the database can hold. Throws MALFORMED_REQUEST. */
export function checkAddress(request: Request): void {
  if (request.url.length > ADDRESS_LENGTH_MAX || request.url.includes('%00')) throw new AppError('MALFORMED_REQUEST')
}
