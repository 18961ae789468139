import type { Body } from './bodies.ts'
import { MARKER } from './garbage.ts'
import type { Header } from './headers.ts'
import type { Random } from './random.ts'

type Parts = { method: string; target: string; headers: Header[]; body: Body | undefined }

/** The bytes on the wire: well-framed (RFC 9112), or in one of thirty cases not. */
export function frame(random: Random, parts: Parts): { bytes: Buffer; isOdd: boolean } {
  const { method, target, headers, body } = parts
  if (random.isOneIn(30)) return { bytes: random.pick(ODD)(parts, random), isOdd: true }
  const isChunked = body !== undefined && random.isOneIn(6)
  if (isChunked)
    return {
      bytes: wire(method, target, [...headers, ['Transfer-Encoding', 'chunked']], chunked(random, body.bytes)),
      isOdd: false,
    }
  const length: Header[] = body || method === 'POST' ? [['Content-Length', String(body?.bytes.length ?? 0)]] : []
  return { bytes: wire(method, target, [...headers, ...length], body?.bytes), isOdd: false }
}

type Odd = (parts: Parts, random: Random) => Buffer
const withLine =
  (change: (line: string) => string): Odd =>
  ({ method, target, headers }) =>
    Buffer.from(wire(method, target, headers).toString('latin1').replace(/^.*/, change), 'latin1')
const withHeaders =
  (...more: Header[]): Odd =>
  ({ method, target, headers, body }) =>
    wire(method, target, [...headers, ...more], body?.bytes)

const ODD: readonly Odd[] = [
  withHeaders(['Host', 'evil.example']),
  withHeaders(['Content-Length', '5'], ['Content-Length', '6']),
  withHeaders(['Content-Length', '-1']),
  withHeaders(['Content-Length', '+1']),
  withHeaders(['Content-Length', '99999999999999999999']),
  withHeaders(['Content-Length', '1e1']),
  withHeaders(['Transfer-Encoding', 'gzip, chunked']),
  withHeaders(['Transfer-Encoding', 'xchunked']),
  withHeaders([' Folded', 'x']),
  withHeaders(['X-Nul', 'a\0b']),
  withHeaders(['X-Long', 'x'.repeat(40_000)]),
  withHeaders(['N'.repeat(20_000), 'x']),
  ({ method, target, headers }) =>
    wire(method, target, [...headers, ...Array.from({ length: 400 }, (_, at): Header => [`X-${at}`, 'y'])]),
  ({ target, headers }) => wire('GET', target, headers.slice(1)),
  ({ target, headers }) => wire('GET', target, [['Host', 'a b'], ...headers.slice(1)]),
  ({ target, headers }) => wire('GET', target, [['Host', `evil.example${MARKER}`], ...headers.slice(1)]),
  ({ headers }) => wire('GET', 'http://evil.example/register', headers),
  ({ headers }) => wire('CONNECT', 'evil.example:443', headers),
  ({ headers }) => wire('OPTIONS', '*', headers),
  ({ headers }) => wire('GET', '', headers),
  ({ headers }) => wire('GET', '/\0', headers),
  ({ headers }) => wire('GET', '/\xff\xfe', headers),
  ({ headers }) => wire('G E T', '/', headers),
  withLine((line) => line.replace('HTTP/1.1', 'HTTP/1.0')),
  withLine((line) => line.replace('HTTP/1.1', 'HTTP/9.9')),
  withLine((line) => line.replace('HTTP/1.1', '')),
  withLine((line) => `${line} x`),
  withLine(() => 'PRI * HTTP/2.0'),
  withLine(() => '\x16\x03\x01\x02\x00\x01\x00'),
  ({ method, target, headers }) =>
    Buffer.from(wire(method, target, headers).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  ({ target, headers }) =>
    wire('POST', target, [...headers, ['Transfer-Encoding', 'chunked']], Buffer.from('zz\r\nabc\r\n0\r\n\r\n')),
  ({ target, headers }) =>
    wire('POST', target, [...headers, ['Transfer-Encoding', 'chunked']], Buffer.from('ffffffffffffffff\r\nabc')),
  ({ target, headers }) =>
    wire(
      'POST',
      target,
      [...headers, ['Transfer-Encoding', 'chunked']],
      Buffer.from('3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n'),
    ),
  (_, random) => random.bytes(random.whole(1, 200)),
]

function wire(method: string, target: string, headers: readonly Header[], body: Buffer = Buffer.alloc(0)): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), body])
}

function chunked(random: Random, bytes: Buffer): Buffer {
  const at = random.whole(0, bytes.length)
  const chunk = (part: Buffer) =>
    part.length === 0
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
  return Buffer.concat([chunk(bytes.subarray(0, at)), chunk(bytes.subarray(at)), Buffer.from('0\r\n\r\n')])
}
