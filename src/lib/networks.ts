import { BlockList, isIPv4, isIPv6 } from 'node:net'

const SUBSCRIBER_GROUPS = 4

/**
 * An address in one way of writing: IPv6 compressed and in lower case without its zone (RFC 5952), an IPv4 address that is mapped into
 * IPv6 as IPv4. Undefined for what is no address.
 */
export function plainAddress(text: string): string | undefined {
  // Most are, and to know an IPv6 address costs ten times as much.
  if (isIPv4(text)) return text
  const address = text.replace(/%.*$/, '')
  if (!isIPv6(address)) return isIPv4(address) ? address : undefined
  const written = URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1)
  const mapped = written && /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(written)
  if (!mapped) return written
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** An IPv4 address as it is; of an IPv6 address the network a subscriber is given, its first 64 bits. */
export function networkOf(address: string): string {
  const plain = plainAddress(address) ?? address
  if (isIPv4(plain) || !isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::') as [string, string?]
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  const gap = Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill('0')
  return [...left, ...gap, ...right].slice(0, SUBSCRIBER_GROUPS).join(':')
}

/** `has` takes a plain address. */
export type Networks = { has(address: string): boolean }

/** Networks (CIDR) and single addresses. What is neither is in none of them: the check of the settings refuses it. */
export function readNetworks(texts: readonly string[]): Networks {
  const list = new BlockList()
  for (const text of texts) addNetwork(list, text)
  return { has: (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') }
}

function addNetwork(list: BlockList, text: string): void {
  const [, given = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = plainAddress(given)
  if (address === undefined) return
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  const wide = family === 'ipv6' ? 128 : 32
  // `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
  const prefix = (bits === undefined ? wide : Number(bits)) - (isIPv6(given) && family === 'ipv4' && bits ? 96 : 0)
  if (prefix >= 0 && prefix <= wide) list.addSubnet(address, prefix, family)
}
