import { afterAll, beforeAll, expect, test } from 'bun:test'
import { putFile } from '#src/documents/service.ts'
import { WAITS_MAX_MS } from '#src/files/backlog.ts'
import { cloudinarySettings, cloudinaryStandIn } from '#test/support/cloudinary-stand-in.ts'
import { type FileHostStandIn, hostConfig } from '#test/support/file-host.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { type SignedIn, signedIn, staffApp } from '#test/support/staff.ts'

const TOKEN = 'a token that Prometheus has'
const MINUTE_MS = 60_000
let host: FileHostStandIn
let app: Awaited<ReturnType<typeof staffApp>>
let owner: SignedIn
beforeAll(async () => {
  host = await cloudinaryStandIn()
  const config = { ...hostConfig(cloudinarySettings(host)), breakerFailures: 3, metricsToken: TOKEN }
  app = await staffApp({ config })
  owner = await signedIn(app.ctx, 'owner', 'Meena')
})
afterAll(async () => {
  await app.end()
  await host.end()
})

async function card(id: string): Promise<string> {
  const html = await (await app.visit('/admin/system', { cookie: owner.cookie })).text()
  const from = html.indexOf(`id="${id}"`)
  return html
    .slice(from, html.indexOf('<section', from))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}
const storage = async () => ((await (await fetch(`${app.url}/readyz`)).json()) as { storage: string }).storage
async function measured(name: string): Promise<number | undefined> {
  const answer = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
  return new RegExp(`^${name} (\\d+)$`, 'm')
    .exec(await answer.text())
    ?.slice(1)
    .map(Number)[0]
}
const isNotice = async (text: string) => (await card('notices')).includes(text)

test('while its host is left alone the page says what waits, since when, and when it is tried; a reset sends it', async () => {
  const { ctx } = app
  expect(await card('files')).toMatch(/Kept At Cloudinary Waiting here None To be deleted at the host None/)
  host.behave({ status: 500 })
  for (let count = 0; count < 2; count += 1) {
    const received = await ctx.files.receive(new Blob([samplePdf(3000, `${count}`)]).stream(), { maxBytes: 9000 })
    await putFile(ctx, ctx.tournament.id, received, 'somebody')
  }
  await ctx.files.moveWaiting()
  expect(await card('files')).toMatch(
    /Waiting here 2 files, 0 MB of at most 20 GB, the oldest since .* Next try \S+ .*/,
  )
  expect(await card('files')).not.toContain('At once')
  expect(await card('dependencies')).toMatch(/cloudinary Left alone Answered with status 500/)
  expect([
    await storage(),
    await measured('teamsheet_file_spool_files'),
    await measured('teamsheet_file_spool_bytes'),
  ]).toEqual(['host_resting', 2, 6000])
  expect(await isNotice('The outside service cloudinary has failed several times')).toBe(true)
  expect(await isNotice('Files wait here for their host')).toBe(false)

  ctx.travel(WAITS_MAX_MS + MINUTE_MS)
  await ctx.files.moveWaiting()
  expect(await isNotice('Files wait here for their host')).toBe(true)

  host.behave('fine')
  ctx.travel(2 * MINUTE_MS)
  const { status } = await app.visit('/admin/system/dependencies/cloudinary/reset', {
    cookie: owner.cookie,
    form: { csrf: owner.csrf },
  })
  expect(status).toBe(303)
  await ctx.files.moveWaiting()
  expect(host.kept.size).toBe(2)
  expect(await card('notices')).toContain('Nothing needs your attention.')
  expect(await card('files')).toContain('Waiting here None')
  expect([await storage(), await measured('teamsheet_file_spool_files')]).toEqual(['ok', 0])
})
