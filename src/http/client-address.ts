import type { Server } from 'bun'
import type { Config } from '#src/config.ts'
import type { AppContext } from '#src/context.ts'
import { type Networks, plainAddress, readNetworks } from '#src/lib/networks.ts'
import { currentScope } from '#src/lib/scope.ts'
import { requestState } from './request-state.ts'

/** Hops that are followed back, from ours. Whoever writes a longer list is counted as the proxy at its near end. */
const HOPS_MAX = 20
const WARNED_FOR_MS = 3_600_000
/** Of a connection that is gone, or that has none. */
const NO_ADDRESS = 'local'
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const

/** One hop as its proxy tells it. `address` is undefined where it told none that can be read. */
type Hop = { address: string | undefined; host?: string; scheme?: string }

const parsed = new WeakMap<Config, Networks>()
const untrustedAt = new WeakMap<Config, number>()

/**
 * Finds out who asks, and by which origin, and keeps both in the request's state, the address in its scope, too. Headers of proxies count
 * only when they come from one that `TRUSTED_PROXIES` names, and only as far as each further hop is named, too: they are read from right
 * to left, and the first address that is not one of ours is the client. What cannot be read (RFC 7239's `unknown` and `_names`, garbage,
 * more than 20 hops) ends the way: the client is then counted as the last proxy that can be trusted. Where `Forwarded` and
 * `X-Forwarded-For` are both there and lead to different clients, one of them was written by the client and passed on: neither counts, the
 * client is the proxy.
 *
 * Scheme and host of a trusted proxy (`Forwarded`, else `X-Forwarded-Proto` and `-Host`) make the origin: the host check asks for it, and
 * without `PUBLIC_URL` so do links and the check of `Origin`. With `PUBLIC_URL` nothing but the host check sees them. Whether cookies are
 * Secure is `PUBLIC_URL`'s alone.
 */
export function meetClient(ctx: AppContext, request: Request, server: Server<unknown> | null): void {
  const peer = plainAddress(server?.requestIP(request)?.address ?? '')
  findOut(ctx, request, peer)
  const scope = currentScope()
  const { address } = requestState(request)
  if (scope && address !== NO_ADDRESS) scope.address = address
}

function findOut(ctx: AppContext, request: Request, peer: string | undefined): void {
  const state = requestState(request)
  state.address = peer ?? NO_ADDRESS
  if (PROXY_HEADERS.every((name) => !request.headers.has(name))) return
  if (peer === undefined || !trustedBy(ctx.config).has(peer)) {
    untrustedAt.set(ctx.config, ctx.now().getTime())
    return
  }
  const { address, host, scheme } = findClient(trustedBy(ctx.config), peer, request.headers)
  state.address = address
  state.url = moved(state.url, host, scheme)
}

/** Whether, within the last hour, headers of a proxy came from an address that is not named as one. */
export const hasUntrustedProxy = (ctx: AppContext): boolean =>
  ctx.now().getTime() - (untrustedAt.get(ctx.config) ?? Number.NEGATIVE_INFINITY) < WARNED_FOR_MS

function trustedBy(config: Config): Networks {
  const known = parsed.get(config)
  if (known) return known
  const networks = readNetworks(config.trustedProxies)
  parsed.set(config, networks)
  return networks
}

function findClient(trusted: Networks, peer: string, headers: Headers): Hop & { address: string } {
  const [forwarded, listed] = [headers.get('forwarded'), headers.get('x-forwarded-for')]
  const byStandard = forwarded === null ? undefined : walk(trusted, peer, readForwarded(forwarded))
  const byList = listed === null ? undefined : walk(trusted, peer, readList(listed))
  const isDisputed = byStandard && byList && byStandard.address !== byList.address
  const address = isDisputed ? peer : (byStandard ?? byList)?.address
  return {
    address: address ?? peer,
    host: byStandard?.host ?? lastOf(headers.get('x-forwarded-host')),
    scheme: byStandard?.scheme ?? lastOf(headers.get('x-forwarded-proto')),
  }
}

/** From the nearest hop on, as long as it is one of ours that tells of a further one. */
function walk(trusted: Networks, peer: string, hops: Hop[]): Hop & { address: string } {
  let found: Hop & { address: string } = { address: peer }
  for (const { address, host, scheme } of hops.slice(-HOPS_MAX).reverse()) {
    // Each hop was written by the proxy that was found before it, and every one of those is ours.
    found = { address: address ?? found.address, host: host ?? found.host, scheme: scheme ?? found.scheme }
    if (address === undefined || !trusted.has(address)) return found
  }
  return hops.length > HOPS_MAX ? { address: peer } : found
}

const readList = (value: string): Hop[] => value.split(',').map((text) => ({ address: readNode(text.trim()) }))

/** RFC 7239, section 4. Of a field that is not written by its rules nothing can be told. */
function readForwarded(value: string): Hop[] {
  const elements = splitOutsideQuotes(value)
  if (!elements) return [{ address: undefined }]
  const hops = elements.map((element) => {
    const pairs = new Map<string, string>()
    for (const [, name, token, quoted] of element.matchAll(/(?:^|;)\s*([\w-]+)=(?:([^\s;"]+)|"((?:[^"\\]|\\.)*)")/g)) {
      const parameter = name!.toLowerCase()
      if (pairs.has(parameter)) return undefined
      pairs.set(parameter, token ?? quoted!.replace(/\\(.)/g, '$1'))
    }
    return { address: readNode(pairs.get('for') ?? ''), host: pairs.get('host'), scheme: pairs.get('proto') }
  })
  // A parameter occurs once in an element.
  return hops.every((hop) => hop !== undefined) ? hops : [{ address: undefined }]
}

/** At its commas; undefined where a quotation does not end. */
function splitOutsideQuotes(value: string): string[] | undefined {
  const parts: string[] = []
  let isQuoted = false
  let start = 0
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at]
    if (isQuoted && character === '\\') at += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (character === ',' && !isQuoted) {
      parts.push(value.slice(start, at))
      start = at + 1
    }
  }
  return isQuoted ? undefined : [...parts, value.slice(start)]
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`. */
function readNode(text: string): string | undefined {
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\]|([\d.]+))(?::[\w.-]+)?$/.exec(text) ?? []
  return plainAddress(bracketed ?? dotted ?? text)
}

const lastOf = (value: string | null) => value?.split(',').at(-1)?.trim() || undefined

/** The asked address at another host and scheme, where these can be ones. */
function moved(url: URL | undefined, host: string | undefined, scheme: string | undefined): URL | undefined {
  if (!url || (host === undefined && scheme === undefined)) return url
  const isScheme = scheme === 'http' || scheme === 'https'
  const origin = `${isScheme ? scheme : url.protocol.slice(0, -1)}://${host ?? url.host}`
  if (!/^https?:\/\/[^\s/?#@\\]+$/.test(origin)) return undefined
  return URL.parse(`${origin}${url.pathname}${url.search}`) ?? undefined
}
