import { get, type IncomingMessage } from 'node:http'
import { hold, note, tell, title } from './report.ts'
import type { RunningServer } from './server.ts'

const FIRST_PAGE_TARGET_KB = 60
const LATER_PAGE_TARGET_KB = 12
const PAGES = { 'tournament page': '/', 'registration page': '/register' }
const ENCODINGS = { brotli: 'gzip, deflate, br', gzip: 'gzip, deflate' }
const ASSET = /(?:href|src)="(\/assets\/[^"]+)"/g

/** Bytes that a browser reads from the connection, headers and all. */
export async function measureWire(server: RunningServer): Promise<void> {
  title('Over the wire')
  note(
    'kB of 1,000 bytes as read from the connection, headers included. Browsers ask for brotli over https and take gzip over http.',
  )
  for (const [encoding, accepted] of Object.entries(ENCODINGS)) {
    for (const [name, path] of Object.entries(PAGES)) {
      const { bytes, text } = await fetchPage(server, path, accepted)
      const assets = await Promise.all(assetsOf(text).map((asset) => fetchBytes(server, asset, accepted)))
      const whole = assets.reduce((sum, asset) => sum + asset, bytes)
      hold(
        `${name}, first, with ${assets.length} assets, ${encoding}`,
        whole / 1000,
        { most: FIRST_PAGE_TARGET_KB },
        ' kB',
      )
      hold(`${name}, later, ${encoding}`, bytes / 1000, { most: LATER_PAGE_TARGET_KB }, ' kB')
    }
  }
  for (const path of ['/api/v1/teams?limit=50', '/api/v1/tournaments/current']) {
    tell(`${path}, brotli`, `${((await fetchBytes(server, path, ENCODINGS.brotli)) / 1000).toFixed(1)} kB`)
  }
}

const assetsOf = (page: string) => [...new Set([...page.matchAll(ASSET)].map(([, address]) => address!))]

/** The page's bytes on the wire, and its text, asked for once more uncompressed. */
async function fetchPage(server: RunningServer, path: string, accepted: string) {
  const text = await (await fetch(server.url + path, { headers: { 'accept-encoding': 'identity' } })).text()
  return { bytes: await fetchBytes(server, path, accepted), text }
}

function fetchBytes(server: RunningServer, path: string, accepted: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = get(server.url + path, { agent: false, headers: { 'accept-encoding': accepted } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path} answered ${answer.statusCode}`))
      let body = 0
      answer.on('data', (chunk: Uint8Array) => {
        body += chunk.byteLength
      })
      answer.on('end', () => resolve(headBytes(answer) + body))
    })
    asked.on('error', reject)
  })
}

/** Status line, header lines, empty line. */
function headBytes({ statusMessage = '', rawHeaders }: IncomingMessage): number {
  const lines = rawHeaders.reduce((sum, text) => sum + text.length + 2, 0)
  return `HTTP/1.1 200 ${statusMessage}\r\n`.length + lines + 2
}
