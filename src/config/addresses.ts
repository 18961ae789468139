import { BlockList, isIP } from 'node:net'

const LOOPBACK = blockOf(['127.0.0.0/8', '::1/128'])
/** Private (RFC 1918, RFC 4193), shared by a carrier's customers (RFC 6598), link-local (RFC 3927, RFC 4291). */
const PRIVATE = blockOf([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
])
/** For examples (RFC 5737, RFC 3849, RFC 9637) and tests (RFC 2544): networks that lead nowhere. */
const NOWHERE = blockOf([
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
export function isWildcard(host: string): boolean {
  const name = bare(host)
  return name === '0.0.0.0' || (isIP(name) === 6 && /^\[::(?:ffff:0:0)?\]$/.test(new URL(`http://[${name}]`).hostname))
}

/** An address, or a network in CIDR notation. */
export function isNetwork(written: string): boolean {
  const [address = '', bits, ...more] = written.split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

/** Without the brackets, the zone and the final dot that an address or a name may be written with. */
const bare = (host: string) =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/\.$/, '')

function isIn(block: BlockList, address: string): boolean {
  const version = isIP(address)
  return version !== 0 && block.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

function blockOf(networks: readonly string[]): BlockList {
  const block = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    block.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return block
}
