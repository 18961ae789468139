import { Secret, TOTP } from 'otpauth'
import { addStaff } from '#src/staff/service.ts'
import { aProgram, bearer, tokensOf } from '#test/auth/tokens/program.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { PASSWORD, upload } from '#test/support/staff.ts'
import type { Act } from './table.ts'
import type { World } from './world.ts'

const KEY = { name: 'Scoreboard', reach: 'tournament', life: '90', 'scope:registrations.see': 'on' }

/** What programs do, and what is done about their keys. */
export const API_ACTS: readonly Act[] = [
  {
    by: 'POST /api/v1/auth/login',
    event: 'session.started',
    async begin({ ctx, url }) {
      const email = await aPerson(ctx, 'Zubin')
      return () => post(url, 'login', { email, password: PASSWORD })
    },
  },
  {
    by: 'POST /api/v1/auth/2fa/verify',
    event: 'session.started',
    async begin({ ctx, url }) {
      const { email, secret } = await anEnrolled(ctx, url, 'Yusuf')
      const answer = await post(url, 'login', { email, password: PASSWORD })
      const { challenge_token } = (await answer.json()) as { challenge_token: string }
      ctx.travel(30_000)
      return () => post(url, '2fa/verify', { challenge_token, code: codeOf(ctx, secret) })
    },
  },
  {
    by: 'POST /api/v1/auth/refresh',
    event: 'session.reuse-ended',
    async begin({ ctx, url }) {
      const { refreshToken } = await aProgram(ctx, 'viewer', 'Xavier')
      await post(url, 'refresh', { refresh_token: refreshToken })
      return async () => {
        const { status } = await post(url, 'refresh', { refresh_token: refreshToken })
        // It is refused, and that is what was to be done.
        return status === 401 ? 200 : status
      }
    },
  },
  {
    by: 'POST /api/v1/auth/logout',
    event: 'session.ended',
    async begin({ ctx, url }) {
      const { accessToken } = await aProgram(ctx, 'viewer', 'Wilson')
      return () => post(url, 'logout', {}, accessToken)
    },
  },
  {
    by: 'POST /api/v1/auth/register',
    event: 'staff.added',
    async begin({ ctx, url }) {
      const { accessToken } = await aProgram(ctx, 'owner', 'Quentin')
      const person = { name: 'Tarun', email: 'tarun@example.org', password: PASSWORD, role: 'viewer' }
      return () => post(url, 'register', person, accessToken)
    },
  },
  {
    by: 'POST /api/v1/auth/confirm',
    event: 'session.confirmed',
    async begin({ ctx, url }) {
      const { accessToken } = await aProgram(ctx, 'viewer', 'Vasanth')
      return () => post(url, 'confirm', { password: PASSWORD }, accessToken)
    },
  },
  {
    by: 'POST /api/v1/auth/2fa/enable',
    event: 'factor.totp-enabled',
    besides: ['factor.recovery-codes-made'],
    async begin({ ctx, url }) {
      const { accessToken } = await aProgram(ctx, 'viewer', 'Usha')
      const { secret } = (await (await post(url, '2fa/setup', {}, accessToken)).json()) as { secret: string }
      return () => post(url, '2fa/enable', { code: codeOf(ctx, secret) }, accessToken)
    },
  },
  {
    by: 'POST /api/v1/auth/2fa/disable',
    event: 'factor.totp-disabled',
    async begin({ ctx, url }) {
      const { staffId } = await anEnrolled(ctx, url, 'Tamsin')
      const { accessToken } = await tokensOf(ctx, staffId)
      return () => post(url, '2fa/disable', {}, accessToken)
    },
  },
  {
    by: 'GET /api/v1/registrations/:id/documents/:documentId',
    event: 'document.viewed',
    async begin({ ctx, url, visit, enter, owner }) {
      const letter = await upload(url, 'pastor_letter', new File([samplePdf()], 'letter.pdf'))
      const { id } = await enter({ documents: [letter] })
      const [document] = await ctx.db.read`select id from documents where team_id = ${id}`
      const { cookie } = await owner()
      return () => visit(`/api/v1/registrations/${id}/documents/${document!.id}`, { cookie })
    },
  },
  {
    by: 'POST /admin/keys',
    event: 'key.made',
    begin: ({ form }) => form('/admin/keys', { ...KEY, id: Bun.randomUUIDv7() }),
  },
  {
    by: 'POST /admin/keys/:id/revocation',
    event: 'key.revoked',
    begin: async (world) => world.form(`/admin/keys/${await makeKey(world)}/revocation`),
  },
]

async function makeKey({ form }: World): Promise<string> {
  const id = Bun.randomUUIDv7()
  await (await form('/admin/keys', { ...KEY, id }))()
  return id
}

type Ctx = World['ctx']

const post = (url: string, path: string, body: object, token?: string) =>
  fetch(`${url}/api/v1/auth/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...bearer(token ?? '', { 'content-type': 'application/json' }),
  })

async function aPerson(ctx: Ctx, name: string): Promise<string> {
  const email = `${name.toLowerCase()}@example.org`
  await addStaff(ctx, { name, email, password: PASSWORD, role: 'viewer' })
  return email
}

const codeOf = (ctx: Ctx, secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ctx.now().getTime() })

async function anEnrolled(ctx: Ctx, url: string, name: string) {
  const program = await aProgram(ctx, 'viewer', name)
  const { secret } = (await (await post(url, '2fa/setup', {}, program.accessToken)).json()) as { secret: string }
  await post(url, '2fa/enable', { code: codeOf(ctx, secret) }, program.accessToken)
  return { ...program, secret }
}
