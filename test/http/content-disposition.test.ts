import { expect, test } from 'bun:test'
import { contentDisposition } from '#src/http/content-disposition.ts'

test.each([
  ['letter.pdf', 'inline; filename="letter.pdf"'],
  ['Pastor’s letter.pdf', 'inline; filename="Pastor_s letter.pdf"; filename*=UTF-8\'\'Pastor%E2%80%99s%20letter.pdf'],
  ['50% "off".pdf', 'inline; filename="50_ _off_.pdf"; filename*=UTF-8\'\'50%25%20%22off%22.pdf'],
  ["(it's)*.pdf", 'inline; filename="(it\'s)*.pdf"'],
  [
    'a\r\nSet-Cookie: b.pdf',
    'inline; filename="a__Set-Cookie: b.pdf"; filename*=UTF-8\'\'a%0D%0ASet-Cookie%3A%20b.pdf',
  ],
])('the file name %j is offered as one header line', (name, header) => {
  expect(contentDisposition('inline', name)).toBe(header)
})
