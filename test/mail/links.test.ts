import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { hashToken } from '#src/lib/keys.ts'
import { LINK_AGAIN_AFTER_MS, LINKS_A_DAY_MAX } from '#src/mail/links/request.ts'
import { registerTeam } from '#src/registration/service.ts'
import { ENTRY_LINK_DAYS } from '#src/teams/model.ts'
import { getTeamByLink } from '#src/teams/service.ts'
import { getTournament } from '#src/tournaments/service.ts'
import { addTestTournament } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { untilIs } from '#test/support/until.ts'
import { openSendingDesk, wordsOf } from './mail-desk.ts'
import { register } from './post-office.ts'

setDefaultTimeout(120_000)
const DAY_MS = 86_400_000
const TOKEN = /\/entry\/([\w-]{43})/

let desk: Awaited<ReturnType<typeof openSendingDesk>>
beforeAll(async () => {
  desk = await openSendingDesk()
})
afterAll(() => desk.end())

const emailOf = async (id: string) =>
  (await desk.ctx.db.read`select captain_email as email from teams where id = ${id}`)[0]!.email as string
const ask = (email: string, headers: Record<string, string> = {}) =>
  desk.visit('/entry/link', { form: { email }, headers })
const linkMails = async (teamId: string) =>
  (await desk.ctx.db.read`select state from mails where team_id = ${teamId} and kind = 'link'`).map(
    ({ state }) => state,
  )
const told = async (answer: Response) => {
  const headers = Object.fromEntries(
    [...answer.headers].filter(([name]) => !/^(date|x-request-id|ratelimit)/.test(name)),
  )
  return [answer.status, headers, await answer.text()]
}

test('who lost the link has it sent again: to the captain’s address, and it opens the page', async () => {
  const { id, reference } = await register(desk.ctx, { teamName: 'Kings of Salem' })
  const email = await emailOf(id)
  const answer = await ask(`  ${email.toUpperCase()} `)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/entry?asked'])
  expect(await desk.text('/entry?asked')).toContain('If a team is registered with that address')
  const mail = await untilIs(
    () => desk.server.received.find(({ subject }) => subject?.startsWith('Kings of Salem: the link')),
    (found) => found !== undefined,
  )
  expect(mail!.envelope.to).toEqual([email])
  const page = await desk.visit(TOKEN.exec(mail!.text!)![0])
  expect([page.status, (await page.text()).includes(reference)]).toEqual([200, true])
})

test('registered or not, the answer is the same, and does not wait for what is done about it', async () => {
  const { id } = await register(desk.ctx)
  const email = await emailOf(id)
  // Whoever is registered has a row that nobody can get past.
  const held = Promise.withResolvers<void>()
  const holding = desk.ctx.db.write.begin(async (tx) => {
    await tx`select from teams where id = ${id} for update`
    await tx`lock table mails in access exclusive mode`
    await held.promise
  })
  const known = await told(await ask(email))
  const unknown = await told(await ask('nobody.at.all@example.org'))
  expect(known).toEqual(unknown)
  held.resolve()
  await holding
  await untilIs(
    () => linkMails(id),
    ({ length }) => length === 1,
  )
})

test('asked again at once it is sent once, later once more', async () => {
  const { id } = await register(desk.ctx)
  const email = await emailOf(id)
  const logged = () => desk.ctx.logged.filter((line) => line.includes('"event":"entry-link.requested"')).length
  const before = logged()
  for (let time = 0; time < 3; time += 1) expect((await ask(email)).status).toBe(303)
  await untilIs(logged, (count) => count === before + 3)
  expect(await linkMails(id)).toHaveLength(1)
  desk.ctx.travel(LINK_AGAIN_AFTER_MS + 1000)
  await ask(email)
  await untilIs(
    () => linkMails(id),
    ({ length }) => length === 2,
  )
})

test('asking waits longer each time, the same for addresses that nobody has', async () => {
  for (const email of [await emailOf((await register(desk.ctx)).id), 'nobody.else@example.org']) {
    for (let time = 0; time < desk.ctx.config.guessDelayFrom; time += 1) expect((await ask(email)).status).toBe(303)
    const refused = await ask(email)
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, 1])
    expect(wordsOf(await refused.text())).toContain('That was asked for often. Please wait 1 s.')
  }
  const wrong = await ask('no address')
  expect([wrong.status, (await wrong.text()).includes('id="email-error"')]).toEqual([422, true])
})

test('staff make a link that is shown once, kept as a digest, named in the list and the audit, and ends when revoked', async () => {
  const { ctx, people } = desk
  const { id, token: first } = await register(ctx)
  const path = `/admin/registrations/${id}/links`
  expect((await desk.page(path, people.reviewer)).status).toBe(403)
  expect((await desk.post(path, {}, people.reviewer)).status).toBe(403)
  const made = await (await desk.post(path)).text()
  const token = TOKEN.exec(made)![1]!
  expect(made).toMatch(new RegExp(`https://wa\\.me/9198\\d+\\?text=[^"]*entry%2F${token}`))
  expect(made).toMatch(new RegExp(`mailto:samuel[^"]*entry%2F${token}`))
  expect((await getTeamByLink(ctx, token)).id).toBe(id)
  const rows = await ctx.db
    .read`select token_hash as hash, made_by as by from entry_links where team_id = ${id} and made_for = 'staff'`
  expect(rows.map(({ hash, by }) => [Buffer.from(hash).equals(hashToken(token)), by])).toEqual([
    [true, people.admin.actor.id],
  ])
  const event = { actorId: people.admin.actor.id, subjectId: id }
  expect((await desk.audited('entry-link.issued')).at(-1)).toMatchObject(event)

  const list = await (await desk.page(path)).text()
  expect(list).not.toContain(token)
  expect(wordsOf(list)).toContain('Passed on by Ravi')
  const row = list.split('<tr').find((one) => one.includes('Passed on by Ravi'))!
  const revocation = /action="(\/admin\/registrations\/[\w-]+\/links\/[\w-]+\/revocation)"/.exec(row)![1]!
  expect((await desk.post(revocation)).headers.get('location')).toBe(`${path}?done=revoked&links=1`)
  expect((await desk.visit(`/entry/${token}`)).status).toBe(410)
  expect((await desk.visit(`/entry/${first}`)).status).toBe(200)
  expect((await desk.post(revocation)).status).toBe(404)
  // That of the message about the registration, and the one of its answer.
  await untilIs(
    async () => (await desk.ctx.db.read`select from mails where team_id = ${id} and state = 'sent'`).length,
    (sent) => sent === 1,
  )
  expect((await desk.post(`${path}/revocation`)).headers.get('location')).toBe(`${path}?done=revoked&links=2`)
  expect((await desk.visit(`/entry/${first}`)).status).toBe(410)
  expect(await desk.text(path)).toContain('No link opens the page')
  expect((await desk.audited('entry-link.revoked')).filter(({ subjectId }) => subjectId === id)).toHaveLength(2)
})

test('staff mail the captain a link, once in a while', async () => {
  const { id } = await register(desk.ctx)
  const path = `/admin/registrations/${id}/links`
  expect((await desk.post(`${path}/mail`)).headers.get('location')).toBe(`${path}?done=mailed`)
  const again = await desk.post(`${path}/mail`)
  expect([again.status, await linkMails(id)]).toMatchObject([409, { length: 1 }])
  expect(await desk.audited('entry-link.mailed')).toMatchObject([{ subjectId: id }])
})

test('links of another tournament’s team are not there', async () => {
  const elsewhere = await addTestTournament(desk.ctx, 'elsewhere')
  const tournament = await getTournament(desk.ctx, elsewhere!)
  const { id } = await registerTeam(desk.ctx, tournament, {
    body: aRegistration(),
    door: 'api',
    missingField: (kind: string) => `documents.${kind}`,
  } as Parameters<typeof registerTeam>[2])
  for (const teamId of [id, crypto.randomUUID(), 'none']) {
    const path = `/admin/registrations/${teamId}/links`
    expect([path, (await desk.page(path)).status]).toEqual([path, 404])
    for (const action of ['', '/mail', '/revocation', '/none/revocation'])
      expect([path, action, (await desk.post(`${path}${action}`)).status]).toEqual([path, action, 404])
  }
  expect((await desk.ctx.db.read`select from entry_links where team_id = ${id} and made_for = 'staff'`).length).toBe(0)
})

test('a link opens one team only, and ends by itself', async () => {
  const { ctx } = desk
  const [one, other] = [await register(ctx), await register(ctx)]
  const page = await (await desk.visit(`/entry/${one.token}`)).text()
  expect([page.includes(one.reference), page.includes(other.reference)]).toEqual([true, false])
  ctx.travel(ENTRY_LINK_DAYS * DAY_MS)
  expect((await desk.visit(`/entry/${one.token}`)).status).toBe(410)
  expect((await desk.visit(`/entry/${'a'.repeat(43)}`)).status).toBe(404)
})

test('a stranger who asks for days fills nobody’s mailbox, and the next day the captain is served', async () => {
  const { id } = await register(desk.ctx)
  const email = await emailOf(id)
  const logged = () => desk.ctx.logged.filter((line) => line.includes('"event":"entry-link.requested"')).length
  const askLater = async (ms: number) => {
    const before = logged()
    desk.ctx.travel(ms)
    expect((await ask(email)).status).toBe(303)
    await untilIs(logged, (count) => count === before + 1)
  }
  for (let time = 0; time < LINKS_A_DAY_MAX + 3; time += 1) await askLater(LINK_AGAIN_AFTER_MS + 1000)
  expect(await linkMails(id)).toHaveLength(LINKS_A_DAY_MAX)
  await askLater(DAY_MS)
  expect(await linkMails(id)).toHaveLength(LINKS_A_DAY_MAX + 1)
})
