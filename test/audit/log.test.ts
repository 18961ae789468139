import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { readAuditFilter, within } from '#src/audit/log.ts'
import { record, verifyAudit } from '#src/audit/service.ts'
import { inScope, Scope } from '#src/lib/scope.ts'
import { type Actor, SYSTEM } from '#src/permissions.ts'
import { addTestTournament } from '#test/support/context.ts'
import { type SignedIn, send, signedIn, staffApp } from '#test/support/staff.ts'

const { ctx, url, visit, end } = await staffApp({ settings: { time_zone: 'Asia/Kolkata' } })
let owner: SignedIn
let admin: SignedIn
beforeAll(async () => {
  owner = await signedIn(ctx, 'owner', 'Meena')
  admin = await signedIn(ctx, 'admin', 'Arun')
})
afterAll(end)
beforeEach(async () => {
  await ctx.owner`truncate audit_entries, audit_unsealed, audit_batches restart identity`
})

const page = async (query = '', who = owner) => (await visit(`/admin/audit${query}`, { cookie: who.cookie })).text()
const write = (event: string, about: { actor?: Actor; subjectId?: string; tournamentId?: string } = {}) =>
  ctx.db.write.begin((tx) => record(tx, { event, actor: SYSTEM, ...about }))
/** Words of the table's rows, in their order. */
const rowsOf = (html: string) =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].slice(1).map(([, row]) =>
    row!
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
const events = async (query: string) =>
  [...(await page(query)).matchAll(/<th scope="row"[^>]*>(.*?)<\/th>/g)].map(([, event]) => event!)

describe('the page', () => {
  test('somebody who was invited without a name has words for a link, and is no choice of who did something', async () => {
    const form = { csrf: owner.csrf, email: 'nameless@example.org', role: 'viewer', sending: 'link' }
    expect((await visit('/admin/staff', { cookie: owner.cookie, form })).status).toBe(200)
    const html = await page()
    expect(html).toMatch(/<a href="\/admin\/staff\/[\w-]+">Somebody invited/)
    expect(html).not.toMatch(/<option[^>]*><\/option>/)
  })

  test('each row says in words what happened, when, by whom, to what, and from where', async () => {
    const { id } = await send(url)
    const form = { csrf: owner.csrf, expectedState: 'submitted', reason: '' }
    const headers = { 'x-request-id': 'asked-by-meena' }
    await visit(`/admin/registrations/${id}/approval`, { cookie: owner.cookie, form, headers })
    const html = await page()
    const [approved, received] = rowsOf(html)
    const [team] = await ctx.db.read`select code || ' ' || name as title from teams where id = ${id}`
    expect(approved).toMatch(
      new RegExp(
        `^Registration approved .*Meena .*${team!.title} .*state: submitted → approved .*127\\.0\\.0\\.1 .*asked-by-meena$`,
      ),
    )
    expect(received).toMatch(
      /^Registration received .*A captain .*door: api state: submitted .*127\.0\.0\.1 [\da-f-]{36}$/,
    )
    expect(html).toContain(`href="/admin/registrations/${id}"`)
  })

  test('it is the owner’s alone, and stands in their navigation', async () => {
    expect((await visit('/admin/audit', { cookie: admin.cookie })).status).toBe(403)
    expect((await visit('/admin/audit/export.csv', { cookie: admin.cookie })).status).toBe(403)
    expect(await (await visit('/admin', { cookie: admin.cookie })).text()).not.toContain('/admin/audit')
    expect(await page()).toMatch(/<a href="\/admin\/audit"[^>]*aria-current="page"/)
    expect([401, 303]).toContain((await visit('/admin/audit')).status)
  })

  test('it can be narrowed down: event, person, subject, tournament, days', async () => {
    const other = (await addTestTournament(ctx, 'second'))!
    const subjectId = crypto.randomUUID()
    await write('mail.tested', { actor: owner.actor, tournamentId: ctx.tournament.id })
    await write('mail.released', { actor: admin.actor, tournamentId: other, subjectId })
    await write('document.erased')
    expect(await events('')).toEqual(['Documents erased after their time', 'Held mails released', 'Test mail sent'])
    expect(await events('?event=mail.tested')).toEqual(['Test mail sent'])
    expect(await events(`?actor=${admin.actor.id}`)).toEqual(['Held mails released'])
    expect(await events(`?subject=${subjectId}`)).toEqual(['Held mails released'])
    expect(await events(`?tournament=${ctx.tournament.id}`)).toEqual(['Test mail sent'])
    expect(await events(`?actor=${owner.actor.id}&event=mail.released`)).toEqual([])
    expect(await page(`?event=mail.held`)).toContain('No entry is like that')
    // What is none of these is left out.
    expect(await events(`?actor=';drop&event=a%20b&from=2026-13-45&subject=1&cursor=zzz`)).toHaveLength(3)
  })

  test('days are those of the tournament’s zone, both included', async () => {
    const at = ['2026-03-01T18:29:59Z', '2026-03-01T18:30:00Z', '2026-03-02T18:29:59Z', '2026-03-02T18:30:00Z']
    for (const each of at)
      await ctx.owner`insert into audit_entries (event, actor_kind, at) values ('mail.tested', 'system', ${each})`
    const times = async (query: string) =>
      [...(await page(query)).matchAll(/datetime="([^"]+)"/g)].map(([, time]) => time)
    expect(await times('?from=2026-03-02&to=2026-03-02')).toEqual([
      '2026-03-02T18:29:59.000Z',
      '2026-03-01T18:30:00.000Z',
    ])
    expect(await times('?from=2026-03-03')).toHaveLength(1)
    expect(await times('?to=2026-03-01')).toHaveLength(1)
    expect(within(readAuditFilter({ from: '2026-03-29', to: '2026-03-29' }), 'Europe/Berlin')).toEqual({
      since: new Date('2026-03-28T23:00:00Z'),
      until: new Date('2026-03-29T22:00:00Z'),
    })
  })

  test('pages follow each other without gap or repetition, back and forth, also where many came in one moment', async () => {
    await ctx.owner`
      insert into audit_entries (event, actor_kind, at, subject_id)
      select 'mail.tested', 'system', timestamptz '2026-03-01 10:00:00.123456Z' + (n / 40) * interval '1 microsecond', gen_random_uuid()
      from generate_series(1, 120) n`
    const ids = (html: string) => rowsOf(html).map((row) => /[\da-f]{8}-[\da-f-]{27}/.exec(row)![0])
    const linkOf = (html: string, rel: string) =>
      new RegExp(`href="([^"]+)"[^>]*rel="${rel}"|rel="${rel}"[^>]*href="([^"]+)"`)
        .exec(html)
        ?.slice(1)
        .find(Boolean)
        ?.replaceAll('&amp;', '&')
    const open = async (href: string) => (await visit(href, { cookie: owner.cookie })).text()
    const first = await open('/admin/audit')
    const second = await open(linkOf(first, 'next')!)
    const third = await open(linkOf(second, 'next')!)
    const all = [first, second, third].flatMap(ids)
    const wanted = await ctx.db.read`select subject_id as subject from audit_entries order by at desc, id desc`
    expect(all).toEqual(wanted.map(({ subject }) => subject))
    expect(linkOf(third, 'next')).toBeUndefined()
    const back = await open(linkOf(third, 'prev')!)
    expect(ids(back)).toEqual(ids(second))
    expect(ids(await open(linkOf(back, 'prev')!))).toEqual(ids(first))
  })

  test('names and numbers that change hands are masked', async () => {
    await ctx.db.write.begin((tx) =>
      record(tx, {
        event: 'staff.renamed',
        actor: owner.actor,
        before: { name: 'Meena Raj', email: 'meena@example.org', phone: '+919876543210', role: 'owner' },
        after: { name: 'குமார் ராஜ்', email: 'raj@example.org', phone: '', note: 'ask meena@example.org or 098765 43210' },
      }),
    )
    const [row] = rowsOf(await page())
    expect(row).toContain('name: M. R. → கு. ரா.')
    expect(row).toContain('email: m…@example.org → r…@example.org')
    expect(row).toContain('phone: …10 → nothing')
    expect(row).toContain('note: nothing → ask m…@example.org or …10')
  })

  test('it takes three statements', async () => {
    await write('mail.tested')
    const before = ctx.statements.length
    await page()
    expect(ctx.statements.length - before).toBeLessThanOrEqual(3)
  })

  test('where nothing is, it says so', async () => {
    expect(await page()).toContain('Nothing is here yet')
  })
})

describe('the file', () => {
  const download = (query = '') => visit(`/admin/audit/export.csv${query}`, { cookie: owner.cookie })

  test('it holds the same entries, and the entry of itself', async () => {
    await write('mail.tested')
    await write('document.erased')
    const answer = await download('?event=audit.exported')
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-log-\d{4}-\d\d-\d\d\.csv"$/)
    const lines = (await answer.text()).split('\r\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toStartWith('id,at,event,actor,actor_id,actor_name')
    expect(lines[1]).toContain(`,audit.exported,staff,${owner.actor.id},Meena,`)
    expect(lines[1]).toContain('"{""event"":""audit.exported""}"')
    expect((await (await download()).text()).split('\r\n')).toHaveLength(6)
  })

  test('values that a spreadsheet would compute, or that break lines, come out as they are and compute nothing', async () => {
    const hostile = ['=cmd|x', '+1', '-1', '@sum(1)', '\ttab', 'a,"b"\nc', '＝1']
    for (const name of hostile) {
      const requestId = name
      await inScope(Object.assign(new Scope(), { requestId }), () => write('mail.tested'))
    }
    const bytes = await (await download('?event=mail.tested')).bytes()
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    const text = new TextDecoder().decode(bytes)
    const cells = text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => /,no,,(.*)$/s.exec(line)![1]!)
      .toReversed()
    expect(cells).toEqual(["'=cmd|x", "'+1", "'-1", "'@sum(1)", "'\ttab", '"a,""b""\nc"', "'＝1"])
  })

  test('a long log goes out whole, a part at a time', async () => {
    await ctx.owner`insert into audit_entries (event, actor_kind) select 'mail.tested', 'system' from generate_series(1, 3500)`
    const before = ctx.statements.length
    const text = await (await download('?event=mail.tested')).text()
    const ids = text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => Number(line.split(',')[0]))
    expect(ids).toHaveLength(3500)
    expect(new Set(ids).size).toBe(3500)
    expect(ctx.statements.slice(before).filter((one) => one.includes('limit')).length).toBe(4)
    expect((await verifyAudit(ctx)).breach).toBeUndefined()
  })

  test('where the database fails half-way, the file breaks off, and the server goes on', async () => {
    // More than waits on a connection whose other end does not read.
    await ctx.owner`
      insert into audit_entries (event, actor_kind, data)
      select 'mail.tested', 'system', jsonb_build_object('note', repeat('x', 3000)) from generate_series(1, 10000)`
    const answer = await download('?event=mail.tested')
    const reader = answer.body!.getReader()
    await reader.read()
    await ctx.owner`alter table audit_entries rename to away`
    const readAll = async () => {
      while (!(await reader.read()).done);
    }
    await expect(readAll()).rejects.toThrow()
    await ctx.owner`alter table away rename to audit_entries`
    expect((await download('?event=mail.held')).status).toBe(200)
  })
})
