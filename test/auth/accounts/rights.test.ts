import { afterAll, describe, expect, test } from 'bun:test'
import type { Role } from '#src/permissions.ts'
import { addStaff } from '#src/staff/service.ts'
import { addTestTournament } from '#test/support/context.ts'
import { cookieOf, PASSWORD, type SignedIn, signedIn } from '#test/support/staff.ts'
import { openAccounts } from './desk.ts'

const accounts = await openAccounts()
const { ctx, visit, send, eventsOf, elsewhere } = accounts
afterAll(() => accounts.end())
const owner = await signedIn(ctx, 'owner')
const here = ctx.tournament.id
const other = (await addTestTournament(ctx, 'other'))!

const give = (by: SignedIn, id: string, role: Role, tournament = '') =>
  send(by, `/admin/staff/${id}/roles`, { role, tournament })
const take = (by: SignedIn, id: string, tournament = '') => send(by, `/admin/staff/${id}/roles/removal`, { tournament })
const disable = (by: SignedIn, id: string) => send(by, `/admin/staff/${id}/disabling`)
const add = (name: string, role: Role) =>
  addStaff(ctx, { name, email: `${name.toLowerCase()}@example.org`, password: PASSWORD, role })
const rolesOf = async (id: string) =>
  (await ctx.db.read`select role, tournament_id as at from staff_roles where staff_id = ${id} order by role`).map(
    ({ role, at }) => [role, at],
  )
const signedInAs = async (cookie: string) => (await visit('/account', { cookie })).status === 200

describe('roles', () => {
  test('are given, changed and taken for a tournament or for all: one each, and sessions end with every change', async () => {
    const id = await add('Helper', 'viewer')
    const steps = [
      [
        () => give(owner, id, 'reviewer', here),
        [
          ['reviewer', here],
          ['viewer', null],
        ],
      ],
      [
        () => give(owner, id, 'admin', here),
        [
          ['admin', here],
          ['viewer', null],
        ],
      ],
      [
        () => give(owner, id, 'reviewer'),
        [
          ['admin', here],
          ['reviewer', null],
        ],
      ],
      [() => take(owner, id), [['admin', here]]],
      [() => take(owner, id, here), []],
    ] as const
    for (const [step, roles] of steps) {
      const cookie = await elsewhere(id)
      expect((await step()).status).toBe(303)
      expect(await rolesOf(id)).toEqual(roles as unknown as [string, string][])
      expect(await signedInAs(cookie)).toBe(false)
    }
    const [entry] = await ctx.db.read`
      select before, after, tournament_id as at from audit_entries where subject_id = ${id} and event = 'staff.role-changed' order by id`
    expect(entry).toEqual({ before: { role: null }, after: { role: 'reviewer' }, at: here })
  })

  test('given again change nothing, and end no session', async () => {
    const id = await add('Same', 'viewer')
    const cookie = await elsewhere(id)
    expect((await give(owner, id, 'viewer')).status).toBe(303)
    expect(await signedInAs(cookie)).toBe(true)
    expect(await eventsOf(id)).not.toContain('staff.role-changed')
  })

  test('an owner is one everywhere, whatever tournament was chosen', async () => {
    const id = await add('Second', 'viewer')
    expect((await give(owner, id, 'owner', here)).status).toBe(303)
    expect(await rolesOf(id)).toEqual([['owner', null]])
    await give(owner, id, 'viewer')
  })

  test('what is not there is not found: a person, a tournament, a role that nobody has', async () => {
    const id = await add('Nowhere', 'viewer')
    const none = crypto.randomUUID()
    for (const answer of [
      await give(owner, none, 'viewer'),
      await give(owner, 'x', 'viewer'),
      await give(owner, id, 'viewer', none),
      await take(owner, id, here),
    ])
      expect(answer.status).toBe(404)
  })

  test('a form without the page’s token, or by somebody who confirmed nothing, changes nothing', async () => {
    const id = await add('Guarded', 'viewer')
    expect((await give({ ...owner, csrf: '' }, id, 'admin')).status).toBe(403)
    const late = await signedIn(ctx, 'owner', 'Late')
    await ctx.db
      .write`update sessions set confirmed_at = now() - interval '11 minutes' where id = ${late.actor.sessionId}`
    expect((await give(late, id, 'admin')).status).toBe(401)
    expect((await disable(late, id)).status).toBe(401)
    expect(await rolesOf(id)).toEqual([['viewer', null]])
    await disable(owner, late.actor.id)
  })
})

describe('an administrator', () => {
  const administrator = async (name: string) => {
    const by = await signedIn(ctx, 'admin', name)
    await ctx.db.write`update staff_roles set tournament_id = ${here} where staff_id = ${by.actor.id}`
    return by
  }

  test('gives and takes viewer and reviewer in the own tournament alone', async () => {
    const by = await administrator('Anita')
    const id = await accounts.addFor(here, 'viewer', 'Vikram')
    expect((await give(by, id, 'reviewer', here)).status).toBe(303)
    for (const answer of [
      await give(by, id, 'admin', here),
      await give(by, id, 'owner'),
      await give(by, id, 'viewer', other),
      await give(by, id, 'viewer'),
      await disable(by, id),
      await send(by, `/admin/staff/${id}/reset`, { sending: 'link' }),
      await send(by, `/admin/staff/${id}/sessions/ending`),
      await send(by, `/admin/staff/${id}/second-factor/removal`),
    ])
      expect(answer.status).toBe(403)
    expect(await rolesOf(id)).toEqual([['reviewer', here]])
    expect((await take(by, id, here)).headers.get('location')).toBe('/admin/staff?done=role')
  })

  test('raises nobody, and not themselves; owners and administrators are not theirs to touch', async () => {
    const by = await administrator('Bala')
    const colleague = await accounts.addFor(here, 'admin', 'Chandra')
    for (const id of [by.actor.id, colleague, owner.actor.id])
      for (const answer of [
        await give(by, id, 'owner'),
        await give(by, id, 'reviewer', here),
        await give(by, id, 'viewer', other),
        await take(by, id, here),
      ])
        expect(answer.status).toBe(403)
  })

  test('of all tournaments takes no administrator’s role by another spelling of its tournament', async () => {
    const by = await signedIn(ctx, 'admin', 'Everywhere')
    const id = await accounts.addFor(other, 'admin', 'Damini')
    const form = { email: 'damini@example.org', role: 'viewer', tournament: other.toUpperCase(), sending: 'link' }
    expect((await send(by, '/admin/staff', form)).status).toBe(404)
    expect(await rolesOf(id)).toEqual([['admin', other]])
  })

  test('learns of nobody who has no role in the own tournament, and changes nothing about them', async () => {
    const by = await administrator('Indira')
    const id = await accounts.addFor(other, 'viewer', 'Jaya')
    const invited = await accounts.addFor(other, 'viewer', 'Kala')
    await ctx.db.write`update staff set password_hash = null where id = ${invited}`
    for (const answer of [
      await give(by, id, 'viewer', here),
      await take(by, id, other),
      await send(by, `/admin/staff/${invited}/invitation`, { sending: 'mail' }),
      await send(by, `/admin/staff/${invited}/invitation/withdrawal`),
    ])
      expect(answer.status).toBe(404)
    expect([await rolesOf(id), await rolesOf(invited)]).toEqual([[['viewer', other]], [['viewer', other]]])
  })

  test('keeps no right that was taken while the form was under way', async () => {
    const by = await administrator('Deva')
    const id = await accounts.addFor(here, 'viewer', 'Esther')
    const [changed, refused] = await accounts.together([
      () => disable(owner, by.actor.id),
      () => give(by, id, 'reviewer', here),
    ])
    // Whoever is first: the second is done with the rights that are left.
    const isFirst = (await rolesOf(id))[0]![0] === 'reviewer'
    expect([changed!.status, refused!.status]).toEqual([303, isFirst ? 303 : 403])
  })
})

describe('the last owner', () => {
  test('cannot be demoted or disabled, nor give it up', async () => {
    for (const answer of [
      await give(owner, owner.actor.id, 'viewer'),
      await take(owner, owner.actor.id),
      await disable(owner, owner.actor.id),
    ]) {
      expect(answer.status).toBe(409)
      expect(await signedInAs(owner.cookie)).toBe(true)
    }
    await send(owner, '/admin/staff', { email: 'heir@example.org', role: 'owner', sending: 'link' })
    expect((await give(owner, owner.actor.id, 'viewer')).status).toBe(409)
  })

  test.each([
    ['demote', '/roles', { role: 'viewer', tournament: '' }],
    ['disable', '/disabling', {}],
  ] as const)('is still there when two owners %s each other at once', async (_, path, form) => {
    const apart = await openAccounts()
    const [first, second] = [await signedIn(apart.ctx, 'owner', 'First'), await signedIn(apart.ctx, 'owner', 'Second')]
    const act = (by: SignedIn, on: SignedIn) => apart.send(by, `/admin/staff/${on.actor.id}${path}`, form)
    const answers = await apart.together([() => act(first, second), () => act(second, first)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 403])
    const owners = await apart.ctx.db.read`
      select from staff s join staff_roles r on r.staff_id = s.id where r.role = 'owner' and s.disabled_at is null`
    expect(owners.length).toBe(1)
    await apart.end()
  })
})

describe('an own role', () => {
  test('changed leaves this browser signed in, under another token, and no other', async () => {
    const by = await signedIn(ctx, 'owner', 'Stepping')
    const phone = await elsewhere(by.actor.id)
    const answer = await give(by, by.actor.id, 'viewer')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account?done=role'])
    expect(await signedInAs(by.cookie)).toBe(false)
    expect(await signedInAs(phone)).toBe(false)
    expect(await signedInAs(cookieOf(answer))).toBe(true)
  })
})

describe('a disabled account', () => {
  test('loses its browsers, its programs and its links at once, and is as before when it is enabled', async () => {
    const by = await signedIn(ctx, 'owner', 'Keeper')
    const id = await add('Gone', 'reviewer')
    const cookie = await elsewhere(id)
    const headers = await accounts.programOf(id)
    const bearer = () => visit('/api/v1/registrations', { headers }).then(({ status }) => status)
    await send(by, `/admin/staff/${id}/reset`, { sending: 'mail' })
    const link = await accounts.linkTo('gone@example.org')
    expect([await signedInAs(cookie), await bearer(), (await visit(link)).status]).toEqual([true, 200, 200])
    expect((await disable(by, id)).headers.get('location')).toBe(`/admin/staff/${id}?done=disabled`)
    expect([await signedInAs(cookie), await bearer(), (await visit(link)).status]).toEqual([false, 401, 410])
    expect((await send(by, `/admin/staff/${id}/reset`, { sending: 'link' })).status).toBe(409)
    expect((await send(by, `/admin/staff/${id}/enabling`)).status).toBe(303)
    expect([await signedInAs(cookie), await bearer()]).toEqual([false, 401])
    const form = { email: 'gone@example.org', password: PASSWORD }
    expect((await visit('/sign-in', { form })).status).toBe(303)
    expect(await eventsOf(id)).toEqual(expect.arrayContaining(['staff.disabled', 'staff.enabled']))
  })

  test('that only the row tells of opens nothing either, to a browser or a program', async () => {
    const id = await add('Quiet', 'reviewer')
    const cookie = await elsewhere(id)
    const headers = await accounts.programOf(id)
    await ctx.db.write`update staff set disabled_at = now() where id = ${id}`
    expect(await signedInAs(cookie)).toBe(false)
    expect((await visit('/api/v1/registrations', { headers })).status).toBe(401)
  })
})
