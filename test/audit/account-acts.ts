import { staffLinkMakers } from '#src/auth/accounts/service.ts'
import { startSession } from '#src/auth/sessions.ts'
import type { Mail } from '#src/mail/model.ts'
import { composer } from '#src/mail/service.ts'
import { linkIn } from '#test/auth/accounts/desk.ts'
import { signedIn } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import type { Act } from './table.ts'
import type { World } from './world.ts'

const NEW_PASSWORD = 'another rope for the tent'
let people = 0

/** Somebody new with an account, who is signed in. */
const somebody = ({ ctx }: World) => {
  people += 1
  return signedIn(ctx, 'viewer', `Account${'abcdefghijklmnopqrstuvwxyz'[people]}`)
}

/** The address of somebody who is invited, and where their account is. */
async function invited(world: World): Promise<{ email: string; path: string }> {
  people += 1
  const email = `invited${people}@example.org`
  await (await world.form('/admin/staff', { email, role: 'viewer', tournament: '', sending: 'mail' }))()
  const [row] = await world.ctx.db.read`select id from staff where email_key = ${email}`
  return { email, path: `/admin/staff/${row!.id}` }
}

/** The link in the latest mail to the address. */
async function linkTo({ ctx }: World, address: string): Promise<string> {
  const [mail] = await ctx.db.read<Mail[]>`
    select id, tournament_id as "tournamentId", team_id as "teamId", kind, to_address as "toAddress", to_name as "toName", data
    from mails where to_address = ${address} order by id desc limit 1`
  return linkIn((await composer(staffLinkMakers)(ctx, mail!)).text)
}

/** A form on the page of somebody's account. */
const onAccount =
  (path: string, fields: Record<string, string> = {}): Act['begin'] =>
  async (world) =>
    world.form(`/admin/staff/${(await somebody(world)).actor.id}${path}`, fields)

/** A form of somebody's about their own account. */
const ofOneself =
  (path: string, fields: (world: World) => Record<string, string> = () => ({})): Act['begin'] =>
  async (world) => {
    const { cookie, csrf } = await somebody(world)
    return () => world.visit(path, { cookie, form: { csrf, ...fields(world) } })
  }

/** Asks for a new address; the links to both. */
async function asked(world: World): Promise<{ present: string; coming: string }> {
  const { cookie, csrf, email } = await somebody(world)
  people += 1
  const to = `next${people}@example.org`
  await world.visit('/account/email', { cookie, form: { csrf, email: to } })
  return { present: await linkTo(world, email), coming: await linkTo(world, to) }
}

/** What is done with accounts. */
export const ACCOUNT_ACTS: readonly Act[] = [
  {
    by: 'POST /admin/staff',
    event: 'staff.invited',
    begin: ({ form }) => form('/admin/staff', { email: 'new@example.org', role: 'reviewer', sending: 'mail' }),
  },
  {
    by: 'POST /admin/staff/:id/invitation',
    event: 'staff.invited-again',
    begin: async (world) => world.form(`${(await invited(world)).path}/invitation`, { sending: 'link' }),
  },
  {
    by: 'POST /admin/staff/:id/invitation/withdrawal',
    event: 'staff.invitation-withdrawn',
    begin: async (world) => world.form(`${(await invited(world)).path}/invitation/withdrawal`),
  },
  {
    by: 'POST /invitation/:token',
    event: 'staff.invitation-accepted',
    besides: ['session.started'],
    async begin(world) {
      const link = await linkTo(world, (await invited(world)).email)
      return () => world.visit(link, { form: { name: 'Meena Raj', newPassword: NEW_PASSWORD } })
    },
  },
  { by: 'POST /admin/staff/:id/roles', event: 'staff.role-changed', begin: onAccount('/roles', { role: 'reviewer' }) },
  { by: 'POST /admin/staff/:id/roles/removal', event: 'staff.role-changed', begin: onAccount('/roles/removal') },
  { by: 'POST /admin/staff/:id/disabling', event: 'staff.disabled', begin: onAccount('/disabling') },
  {
    by: 'POST /admin/staff/:id/enabling',
    event: 'staff.enabled',
    async begin(world) {
      const { id } = (await somebody(world)).actor
      await (await world.form(`/admin/staff/${id}/disabling`))()
      return world.form(`/admin/staff/${id}/enabling`)
    },
  },
  {
    by: 'POST /admin/staff/:id/reset',
    event: 'staff.reset-issued',
    begin: onAccount('/reset', { sending: 'mail' }),
  },
  {
    by: 'POST /admin/staff/:id/second-factor/removal',
    event: 'factor.removed',
    begin: onAccount('/second-factor/removal'),
  },
  { by: 'POST /admin/staff/:id/sessions/ending', event: 'sessions.ended', begin: onAccount('/sessions/ending') },
  {
    by: 'POST /password-reset',
    event: 'staff.reset-requested',
    isAnsweredFirst: true,
    async begin(world) {
      const { ctx, visit } = world
      const { email } = await somebody(world)
      const ended = () => ctx.logged.filter((line) => /"event":"staff\.reset-request(?:ed|-failed)"/.test(line)).length
      return async () => {
        const before = ended()
        const answer = await visit('/password-reset', { form: { email } })
        await untilIs(ended, (count) => count > before)
        return answer
      }
    },
  },
  {
    by: 'POST /password-reset/:token',
    event: 'staff.password-changed',
    async begin(world) {
      const { actor, email } = await somebody(world)
      await (await world.form(`/admin/staff/${actor.id}/reset`, { sending: 'mail' }))()
      const link = await linkTo(world, email)
      return () => world.visit(link, { form: { newPassword: NEW_PASSWORD } })
    },
  },
  { by: 'POST /account/name', event: 'staff.renamed', begin: ofOneself('/account/name', () => ({ name: 'Anita' })) },
  {
    by: 'POST /account/email',
    event: 'staff.email-change-requested',
    begin: ofOneself('/account/email', () => ({ email: 'coming@example.org' })),
  },
  {
    by: 'POST /account/email/cancellation',
    event: 'staff.email-change-cancelled',
    async begin(world) {
      const { cookie, csrf } = await somebody(world)
      await world.visit('/account/email', { cookie, form: { csrf, email: 'never@example.org' } })
      return () => world.visit('/account/email/cancellation', { cookie, form: { csrf } })
    },
  },
  {
    by: 'POST /email-change/:token',
    event: 'staff.email-changed',
    besides: ['staff.email-confirmed'],
    async begin(world) {
      const { present, coming } = await asked(world)
      await world.visit(present, { form: {} })
      return () => world.visit(coming, { form: {} })
    },
  },
  {
    by: 'POST /email-change/:token/refusal',
    event: 'staff.email-change-cancelled',
    async begin(world) {
      const { present } = await asked(world)
      return () => world.visit(`${present}/refusal`, { form: {} })
    },
  },
  {
    by: 'POST /account/sessions/:id/ending',
    event: 'session.ended',
    async begin(world) {
      const { cookie, csrf, actor } = await somebody(world)
      return () => world.visit(`/account/sessions/${actor.sessionId}/ending`, { cookie, form: { csrf } })
    },
  },
  {
    by: 'POST /account/sessions/ending',
    event: 'sessions.ended',
    async begin(world) {
      const { ctx, visit } = world
      const { cookie, csrf, actor } = await somebody(world)
      const other = { staffId: actor.id, device: '', isConfirmed: false }
      await ctx.db.write.begin((tx) => startSession(tx, other, ctx.now()))
      return () => visit('/account/sessions/ending', { cookie, form: { csrf } })
    },
  },
]
