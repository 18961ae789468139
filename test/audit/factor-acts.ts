import { beginTotp } from '#src/auth/factors/service.ts'
import { partyOf } from '#src/auth/passkeys/model.ts'
import { addPasskey, beginPasskey, type Ceremony } from '#src/auth/passkeys/service.ts'
import { anAuthenticator } from '#test/support/authenticator.ts'
import { codeOf, enrolled } from '#test/support/factors.ts'
import { PASSWORD, type SignedIn, signedIn } from '#test/support/staff.ts'
import type { Act } from './table.ts'
import type { World } from './world.ts'

/** What people do with their second factors, and by them. */
export const FACTOR_ACTS: readonly Act[] = [
  {
    by: 'POST /sign-in/second-factor',
    event: 'session.started',
    async begin({ ctx, visit }) {
      const { email, secret } = await enrolled(ctx, 'viewer', 'Farida')
      const cookie = await halfWay(visit, email)
      return () => visit('/sign-in/second-factor', { cookie, form: { code: codeOf(ctx, secret) } })
    },
  },
  {
    by: 'POST /sign-in/passkey',
    event: 'session.started',
    apart: ['challenges'],
    begin: async (world) => byPasskey(world, { ...(await withPasskey(world, 'Gita')), cookie: '' }, '/sign-in/passkey'),
  },
  {
    by: 'POST /sign-in/second-factor/passkey',
    event: 'session.started',
    apart: ['challenges'],
    async begin(world) {
      const person = await withPasskey(world, 'Hari')
      const cookie = await halfWay(world.visit, person.email)
      return byPasskey(world, { ...person, cookie }, '/sign-in/second-factor/passkey')
    },
  },
  {
    by: 'POST /confirm',
    event: 'session.confirmed',
    async begin({ ctx, visit }) {
      const { cookie, csrf } = await signedIn(ctx, 'viewer', 'Indu')
      return () => visit('/confirm', { cookie, form: { csrf, password: PASSWORD } })
    },
  },
  {
    by: 'POST /confirm/passkey',
    event: 'session.confirmed',
    apart: ['challenges'],
    begin: async (world) => byPasskey(world, await withPasskey(world, 'Jaya'), '/confirm/passkey'),
  },
  {
    by: 'POST /account/second-factor/app/code',
    event: 'factor.totp-enabled',
    besides: ['factor.recovery-codes-made'],
    async begin({ ctx, visit }) {
      const { cookie, csrf, actor } = await signedIn(ctx, 'viewer', 'Kavya')
      const { secret } = await beginTotp(ctx, actor)
      return () => visit('/account/second-factor/app/code', { cookie, form: { csrf, code: codeOf(ctx, secret) } })
    },
  },
  {
    by: 'POST /account/second-factor/app/removal',
    event: 'factor.totp-disabled',
    async begin({ ctx, visit }) {
      const { cookie, csrf } = await enrolled(ctx, 'viewer', 'Latha')
      return () => visit('/account/second-factor/app/removal', { cookie, form: { csrf } })
    },
  },
  {
    by: 'POST /account/second-factor/recovery-codes',
    event: 'factor.recovery-codes-made',
    async begin({ ctx, visit }) {
      const { cookie, csrf } = await enrolled(ctx, 'viewer', 'Mani')
      return () => visit('/account/second-factor/recovery-codes', { cookie, form: { csrf } })
    },
  },
  {
    by: 'POST /account/passkeys',
    event: 'passkey.added',
    besides: ['factor.recovery-codes-made'],
    apart: ['challenges'],
    async begin(world) {
      const { cookie, csrf } = await signedIn(world.ctx, 'viewer', 'Nila')
      const form = { csrf, name: 'Phone' }
      return byPasskey(world, { cookie, form, authenticator: anAuthenticator(byName(world)) }, '/account/passkeys')
    },
  },
  ...(['name', 'removal'] as const).map(
    (of): Act => ({
      by: `POST /account/passkeys/:id/${of}`,
      event: of === 'name' ? 'passkey.renamed' : 'passkey.removed',
      async begin(world) {
        const { cookie, csrf, actor } = await withPasskey(world, of === 'name' ? 'Omana' : 'Padma')
        const [row] = await world.ctx.db.read`select id from passkeys where staff_id = ${actor.id}`
        return () => world.visit(`/account/passkeys/${row!.id}/${of}`, { cookie, form: { csrf, name: 'Key' } })
      },
    }),
  ),
]

export const NO_FACTOR_ACTS: Readonly<Record<string, string>> = {
  'POST /account/second-factor/app': 'a secret that counts for nothing until its code was given',
  'POST /account/passkeys/challenge': 'a question to the browser',
  'POST /sign-in/passkey/challenge': 'a question to the browser',
  'POST /sign-in/second-factor/passkey/challenge': 'a question to the browser',
  'POST /confirm/passkey/challenge': 'a question to the browser',
}

/** The cookie of somebody whose password was right. */
async function halfWay(visit: World['visit'], email: string): Promise<string> {
  const answer = await visit('/sign-in', { form: { email, password: PASSWORD } })
  return answer.headers.get('set-cookie')!.split(';')[0]!
}

/** Passkeys are for names. */
const byName = ({ url }: World) => url.replace('127.0.0.1', 'localhost')

type Person = Pick<SignedIn, 'cookie'> & {
  form?: Record<string, string>
  authenticator: ReturnType<typeof anAuthenticator>
}

async function withPasskey(world: World, name: string): Promise<Person & SignedIn> {
  const person = await signedIn(world.ctx, 'viewer', name)
  const authenticator = anAuthenticator(byName(world))
  const party = partyOf(byName(world))!
  const answer = authenticator.create(await beginPasskey(world.ctx, person.actor, party))
  const added = await addPasskey(world.ctx, person.actor, party, { ...answer, name: 'Phone' })
  if (added.outcome !== 'added') throw new Error('The passkey was refused.')
  return { ...person, cookie: `session=${added.token}`, form: { csrf: person.csrf }, authenticator }
}

/** Asks for a challenge, answers it and sends the answer, each time anew; the server goes by its name meanwhile. */
const byPasskey =
  (world: World, { cookie, form = {}, authenticator }: Person, path: string) =>
  async () => {
    const { config } = world.ctx
    const { publicUrl } = config
    Object.assign(config, { publicUrl: byName(world) })
    try {
      const headers = { origin: byName(world) }
      const asked = await world.visit(`${path}/challenge`, { cookie, form, headers })
      const ceremony = (await asked.json()) as Ceremony
      const answer = 'user' in ceremony.options ? authenticator.create(ceremony) : authenticator.get(ceremony)
      return await world.visit(path, { cookie, form: { ...form, ...answer }, headers })
    } finally {
      Object.assign(config, { publicUrl })
    }
  }
