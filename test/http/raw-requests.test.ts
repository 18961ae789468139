import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type TestApp, testApp } from '#test/support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await testApp()
})
afterAll(() => app.end())

/** What the server says to bytes that no well-behaved client sends. */
function say(request: string): Promise<string> {
  const { port } = new URL(app.url)
  return new Promise((resolve, reject) => {
    let answer = ''
    void Bun.connect({
      hostname: '127.0.0.1',
      port: Number(port),
      socket: {
        open: (socket) => void socket.write(request),
        data: (_, bytes) => {
          answer += bytes.toString('latin1')
        },
        close: () => resolve(answer),
        error: (_, error) => reject(error),
      },
    })
  })
}

const asked = (line: string, host: string | undefined) =>
  say(`${line}\r\n${host === undefined ? '' : `Host: ${host}\r\n`}Connection: close\r\n\r\n`)

test.each([
  ['a name before the host', 'GET / HTTP/1.1', 'a@127.0.0.1'],
  ['an empty host', 'GET / HTTP/1.1', ''],
  ['a port that is none', 'GET / HTTP/1.1', '127.0.0.1:99999'],
  ['a broken host', 'GET / HTTP/1.1', '%'],
  ['no host at all', 'GET / HTTP/1.0', undefined],
  ['an API address with a broken host', 'GET /api/v1/teams HTTP/1.1', '%'],
])('%s gets one of our own answers, and nothing of our source', async (_, line, host) => {
  const answer = await asked(line, host)
  expect(answer).toMatch(/^HTTP\/1\.1 (?:200|400|421) /)
  expect(answer).not.toMatch(/src\/|\.tsx?\b|bun:|stack/i)
  if (answer.length > 200) expect(answer.toLowerCase()).toContain('content-security-policy')
})

test('an API address with a broken host is refused in the words of its door', async () => {
  const answer = (await asked('GET /api/v1/teams HTTP/1.1', '%')).toLowerCase()
  expect(answer).toMatch(/^http\/1\.1 400 /)
  expect(answer).toContain('content-type: application/problem+json')
})

test.each(['/bun:info', '/_bun/client', '/src:/main.ts', '/.env', '/..%2f..%2fetc/passwd'])(
  '%s is nothing of ours',
  async (path) => {
    expect(await asked(`GET ${path} HTTP/1.1`, '127.0.0.1')).toStartWith('HTTP/1.1 404 ')
  },
)

test.each([
  ['both lengths', 'Content-Length: 4\r\nTransfer-Encoding: chunked', '0\r\n\r\n'],
  ['both lengths, the other way round', 'Transfer-Encoding: chunked\r\nContent-Length: 4', '0\r\n\r\n'],
  ['two lengths', 'Content-Length: 0\r\nContent-Length: 40', ''],
  ['a coding that nobody knows', 'Transfer-Encoding: xchunked', ''],
])('a second request hidden behind %s is not answered', async (_, framing, body) => {
  const hidden = 'GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'
  const answer = await say(`POST /entry HTTP/1.1\r\nHost: 127.0.0.1\r\n${framing}\r\n\r\n${body}${hidden}`)
  expect(answer).not.toContain('"status":"ready"')
  expect(answer.match(/^HTTP\/1\.1 /gm) ?? []).toHaveLength(1)
})
