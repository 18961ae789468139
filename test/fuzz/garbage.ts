import type { Random } from './random.ts'

/** Stands in what is sent; no page may show it as it is. */
export const MARKER = '<x-7f3a>'
/** A header of this name comes from nobody but an answer that was split. */
export const SPLIT_HEADER = 'x-7f3a-split'
const DEPTH_MAX = 6

const TEXTS: readonly string[] = [
  ...['', ' ', '\t', '\n', '\r\n', '\0', 'a\0b', '\u0001\u0002\u001f', '\u007f\u0085\u200b\ufeff', '\ufffd', '\ufffe'],
  ...['null', 'undefined', 'NaN', 'true', '0', '-0', '-1', '1e308', '1e309', '0x10', '9007199254740993', '2147483648'],
  ...['9223372036854775808', '-9223372036854775809', '1'.repeat(400), '٣٤٥', '½', '1,5', '1_000'],
  ...[`${MARKER}alert(1)`, `"${MARKER}`, `'>${MARKER}`, `&lt;${MARKER}`, `javascript:${MARKER}`, `</title>${MARKER}`],
  ...[
    '\u2028\u2029',
    '\u202eevil',
    '\u2066a\u2069',
    `Z${'\u0301'.repeat(300)}`,
    '👩‍👩‍👧‍👦'.repeat(20),
    '🏏',
    'ﬃ',
    'İi',
    'ſ',
    'ǅ',
  ],
  ...[
    "'; drop table teams; --",
    "' or '1'='1",
    '" or ""="',
    '$1',
    '$$',
    '\\',
    "\\'",
    '%',
    '_',
    '%%__',
    'a:* & !b | (',
    ':*',
    '<->',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length'],
  ...['../../../../etc/passwd', '..\\..\\windows', '/etc/passwd', 'file:///etc/passwd', 'C:\\x', '.', '..', '~', 'a/b'],
  ...['{{7*7}}', '$'.concat('{7*7}'), '<%= 7 %>', '#{7}', '@@', '{%raw%}', '%s%n%x', '{0}'],
  ...['//evil.example/', 'https://evil.example/', '/\\evil.example', 'http:evil.example', '\thttps://evil.example'],
  ...[
    `a\r\n${SPLIT_HEADER}: 1`,
    `a\n${SPLIT_HEADER}: 1`,
    `%0d%0a${SPLIT_HEADER}:%201`,
    `\u560d\u560a${SPLIT_HEADER}: 1`,
  ],
  ...['2026-02-30', '0000-00-00', '9999-12-31T23:59:60Z', '-1-01-01', '10000-01-01', '1e5-01-01'],
  ...['a@b', 'a@b@c.d', `${'a'.repeat(64)}@${'b'.repeat(200)}.org`, '@', 'a b@c.d', 'ü@exämple.org', '"a"@b.org'],
  ...['+', '+91', '+919999999999999999', '0000000000', '999;ext=1', 'tel:+911', '٩٨١٠٠٠٠٠٠٠'],
  ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'g'.repeat(36), '-'.repeat(36)],
  ...[
    'TEAM-000',
    'TEAM-99999999999999999999',
    'team-001',
    'A'.repeat(43),
    '='.repeat(43),
    'current',
    'submitted',
    'approved',
  ],
]
const NUMBERS = [0, -0, -1, 1.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 2 ** 63, 1e21, 255, 256, 1000]

/** Text that something may stumble over; seldom long. */
export function someText(random: Random): string {
  if (random.isOneIn(40))
    return random.pick(['x', 'é', '\u0301', '🏏', ' ', '"', '<', '%']).repeat(random.whole(200, 9000))
  if (random.isOneIn(12))
    return String.fromCharCode(...Array.from({ length: random.whole(1, 12) }, () => random.whole(0, 0xffff)))
  const text = random.pick(TEXTS)
  return random.isOneIn(6) ? text + random.pick(TEXTS) : text
}

/** A JSON value of any type. */
export function someValue(random: Random, depth = 0): unknown {
  const kind = random.whole(0, depth >= DEPTH_MAX ? 5 : 8)
  if (kind <= 2) return someText(random)
  if (kind === 3) return random.pick(NUMBERS)
  if (kind === 4) return random.pick([true, false])
  if (kind === 5) return null
  if (kind === 6) return Array.from({ length: random.whole(0, 4) }, () => someValue(random, depth + 1))
  const entries = Array.from(
    { length: random.whole(0, 4) },
    () => [someText(random), someValue(random, depth + 1)] as const,
  )
  return Object.fromEntries(entries)
}

/** The value with something in it changed, left out, added or replaced. */
export function mutated(random: Random, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || random.isOneIn(12)) return someValue(random)
  if (Array.isArray(value)) return mutatedList(random, value)
  const copy: Record<string, unknown> = { ...value }
  const keys = Object.keys(copy)
  if (keys.length === 0 || random.isOneIn(8)) copy[someText(random)] = someValue(random)
  else if (random.isOneIn(5)) delete copy[random.pick(keys)]
  else {
    const key = random.pick(keys)
    copy[key] = mutated(random, copy[key])
  }
  return copy
}

function mutatedList(random: Random, list: readonly unknown[]): unknown[] {
  if (list.length === 0 || random.isOneIn(6)) return [...list, someValue(random)]
  if (random.isOneIn(6)) return list.slice(0, random.whole(0, list.length - 1))
  if (random.isOneIn(8)) return Array.from({ length: random.whole(20, 300) }, () => list[0])
  const at = random.whole(0, list.length - 1)
  return list.map((item, index) => (index === at ? mutated(random, item) : item))
}

/** Bytes in place of what should be UTF-8: cut, overlong, surrogates (RFC 3629, section 10), UTF-16, noise. */
export function brokenBytes(random: Random, bytes: Buffer): Buffer {
  const at = random.whole(0, bytes.length)
  const splice = (...middle: number[]) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from(middle), bytes.subarray(at)])
  switch (random.whole(0, 6)) {
    case 0:
      return splice(0xff)
    case 1:
      return splice(0xc0, 0x80)
    case 2:
      return splice(0xed, 0xa0, 0x80)
    case 3:
      return splice(0)
    case 4:
      return bytes.subarray(0, at)
    case 5:
      return Buffer.from(bytes.toString('utf8').slice(0, 4000), 'utf16le')
    default:
      return random.bytes(random.whole(0, 300))
  }
}
