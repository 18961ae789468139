import { someText } from './garbage.ts'
import type { Random } from './random.ts'
import { safeInHeader } from './text.ts'

export type Header = readonly [name: string, value: string]

/** Headers that make a server do something else, each as it should be and otherwise. */
export const TRICKS: readonly ((random: Random) => Header)[] = [
  (random) => [
    'Accept-Encoding',
    random.pick(['gzip', 'br', 'identity;q=0', 'br;q=x, gzip;q=-1', '*', 'gzip;q=0', ',;,', 'br'.repeat(500)]),
  ],
  (random) => ['Accept', random.pick(['text/html', 'application/json', '*/*;q=zz', ''])],
  (random) => ['Accept-Language', safeInHeader(someText(random))],
  (random) => [
    'Range',
    random.pick([
      'bytes=0-0',
      'bytes=-1',
      'bytes=9999999999999999999-',
      'bytes=a-b',
      'items=0-1',
      `bytes=${'0-1,'.repeat(200)}0-1`,
    ]),
  ],
  (random) => ['If-None-Match', random.pick(['*', '""', 'W/"x"', '"a","b', safeInHeader(someText(random))])],
  (random) => ['If-Modified-Since', random.pick(['0', 'Thu, 99 Foo 9999 99:99:99 GMT', ''])],
  (random) => ['X-HTTP-Method-Override', random.pick(['DELETE', 'GET', 'TRACE'])],
  (random) => [
    'Authorization',
    random.pick([
      'Bearer',
      'Bearer ',
      'Basic %%%',
      `Bearer ${'a'.repeat(2000)}`,
      'Basic Og==',
      safeInHeader(someText(random)),
    ]),
  ],
  (random) => [
    'Idempotency-Key',
    random.pick([
      safeInHeader(someText(random)),
      'k'.repeat(random.whole(1, 400)),
      Bun.randomUUIDv7(),
      'same-key-7f3a',
    ]),
  ],
  (random) => ['X-Request-ID', safeInHeader(someText(random))],
  (random) => ['Hx-Request', random.pick(['true', ''])],
  (random) => [
    'Hx-Current-Url',
    random.pick(['//evil.example', 'javascript:1', 'http://[', safeInHeader(someText(random))]),
  ],
  (random) => [
    'Forwarded',
    random.pick([
      'for=1.2.3.4',
      'for="[::1]:99999"',
      'for=_x;proto=https;host=evil.example',
      ';;;,,,=',
      safeInHeader(someText(random)),
    ]),
  ],
  (random) => ['X-Forwarded-Host', random.pick(['evil.example', safeInHeader(someText(random))])],
  (random) => ['X-Forwarded-Proto', random.pick(['https', 'javascript', ''])],
  (random) => [
    'Cookie',
    random.pick([
      'session=',
      'session=x; session=y',
      '=;=;',
      'draft-open=',
      '__Host-session=a',
      `a=${'b'.repeat(7000)}`,
      safeInHeader(someText(random)),
    ]),
  ],
  (random) => ['Content-Encoding', random.pick(['gzip', 'br', 'identity', 'x'])],
  (random) => ['Expect', random.pick(['100-continue', '200-ok'])],
  (random) => ['Sec-Fetch-Site', random.pick(['cross-site', 'same-site', 'same-origin', 'none', ''])],
  (random) => ['Upgrade', random.pick(['websocket', 'h2c', 'TLS/1.0'])],
  (random) => ['Referer', safeInHeader(someText(random))],
  () => ['Access-Control-Request-Method', 'POST'],
]

/** The address that a proxy tells, or something else. */
export const forwarded = (random: Random) =>
  random.isOneIn(5)
    ? safeInHeader(someText(random))
    : `10.${random.whole(0, 255)}.${random.whole(0, 255)}.${random.whole(1, 254)}`
