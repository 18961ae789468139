import { isIP } from 'node:net'
import { type Networks, plainAddress, readNetworks } from '#src/lib/networks.ts'

const LOOPBACK = readNetworks(['127.0.0.0/8', '::1/128'])
/** Private (RFC 1918, RFC 4193), shared by a carrier's customers (RFC 6598), link-local (RFC 3927, RFC 4291). */
const PRIVATE = readNetworks([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
])
/** For examples (RFC 5737, RFC 3849, RFC 9637) and tests (RFC 2544): networks that lead nowhere. */
const NOWHERE = readNetworks([
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '198.18.0.0/15',
  '2001:db8::/32',
  '3fff::/20',
])
/** Names that no public name server answers for: RFC 6761, RFC 6762, RFC 8375, and ICANN's `.internal`. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/

export const isLoopback = (host: string) => isIn(LOOPBACK, bare(host)) || /(?:^|\.)localhost$/.test(bare(host))

/**
 * Whether a host, by name or address, is this machine or on a private network. A name of one word counts as private: the public
 * network has none.
 */
export function isPrivate(host: string): boolean {
  const name = bare(host)
  if (isIP(name)) return isIn(LOOPBACK, name) || isIn(PRIVATE, name)
  return PRIVATE_NAME.test(name) || !name.includes('.')
}

/** Whether the public network leads to an interface that has this address. */
export const isReachable = (address: string) => !isPrivate(address) && !isIn(NOWHERE, bare(address))

/** 0.0.0.0 and :: stand for every address of the machine. */
export const isWildcard = (host: string) => ['0.0.0.0', '::'].includes(plainAddress(bare(host)) ?? '')

/** An address, or a network in CIDR notation. */
export function isNetwork(written: string): boolean {
  const [address = '', bits, ...more] = written.split('/')
  const plain = written.includes('%') ? undefined : plainAddress(address)
  if (plain === undefined || more.length > 0) return false
  // An IPv4 address that is mapped into IPv6 has 96 bits before its own.
  const before = isIP(address) === 6 && isIP(plain) === 4 ? 96 : 0
  return (
    bits === undefined ||
    (/^\d{1,3}$/.test(bits) && Number(bits) >= before && Number(bits) <= (isIP(address) === 4 ? 32 : 128))
  )
}

/** Without the brackets, the zone and the final dot that an address or a name may be written with. */
const bare = (host: string) =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/\.$/, '')

function isIn(networks: Networks, host: string): boolean {
  const address = plainAddress(host)
  return address !== undefined && networks.has(address)
}
