import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { drawMissingPictures } from '#src/documents/service.ts'
import { erasePerson } from '#src/erasure/service.ts'
import { SYSTEM } from '#src/permissions.ts'
import { hostConfig } from '#test/support/file-host.ts'
import { paintJpeg } from '#test/support/pictures.ts'
import { aSquad } from '#test/support/registrations.ts'
import { s3Settings, s3StandIn } from '#test/support/s3-stand-in.ts'
import { send, staffApp, upload } from '#test/support/staff.ts'

setDefaultTimeout(60_000)

const MINUTE_MS = 60_000
const host = await s3StandIn()
const { ctx, url, end } = await staffApp({ config: { ...hostConfig(s3Settings(host)), breakerFailures: 100 } })
afterAll(async () => {
  await end()
  await host.end()
})

test('of who is erased while the file host is down, file and pictures there go when it is back, also what arrives late', async () => {
  const photo = new File([await paintJpeg(640, 480)], 'all of us.jpg')
  const { id } = await send(url, { players: aSquad(11), documents: [await upload(url, 'group_photo', photo)] })
  await drawMissingPictures(ctx)
  await ctx.files.moveWaiting()
  const names = [...host.kept.keys()]
  const late = [...host.kept]
  expect(names).toHaveLength(3)

  host.behave({ status: 503 })
  const erased = await erasePerson(ctx, SYSTEM, { refs: [`captain:${id}`], hasTeamDocuments: true })
  expect(erased.documents).toBe(1)
  await ctx.files.moveWaiting()
  expect([...host.kept.keys()]).toEqual(names)
  host.behave('fine')
  ctx.travel(2 * MINUTE_MS)
  await ctx.files.moveWaiting()
  expect([...host.kept.keys()]).toEqual([])

  // An upload that was given up.
  for (const [name, bytes] of late) host.kept.set(name, bytes)
  ctx.travel(15 * MINUTE_MS)
  await ctx.files.moveWaiting()
  expect([...host.kept.keys()]).toEqual([])
  expect(await ctx.db.read`select from file_copies`).toHaveLength(0)
})
