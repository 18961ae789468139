import { expect, test } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { gappedPage } from '#src/lib/gapped-page.ts'

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const LONG = 'அணி '.repeat(20_000)

test.each([
  ['in the middle', 'before GAP after', 'text', 'before text after'],
  ['at both ends', 'GAP between GAP', 'text', 'text between text'],
  ['nowhere', 'nothing', 'text', 'nothing'],
  ['empty', 'before GAP after', '', 'before  after'],
  ['of another script', 'முன் GAP பின்', 'அணி', 'முன் அணி பின்'],
  ['in a long page', `${LONG}GAP${LONG}`, 'text', `${LONG}text${LONG}`],
])('what is put in stands %s, plain and compressed', (_, page, text, expected) => {
  const { plain, gzip } = gappedPage(page, 'GAP').fill(text)
  expect(decode(plain)).toBe(expected)
  expect(decode(gunzipSync(gzip))).toBe(expected)
})

test('each filling stands alone', () => {
  const page = gappedPage('one GAP', 'GAP')
  const [first, second] = [page.fill('first'), page.fill('second')]
  expect(decode(gunzipSync(first.gzip))).toBe('one first')
  expect(decode(gunzipSync(second.gzip))).toBe('one second')
})

test('what no stored block can hold is refused', () => {
  expect(() => gappedPage('GAP', 'GAP').fill('x'.repeat(65_536))).toThrow(RangeError)
})
