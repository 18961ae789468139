import { makeApp } from '#src/app.ts'
import { makeKey } from '#src/auth/keys/service.ts'
import { findActor, type StaffActor } from '#src/auth/service.ts'
import { startSession } from '#src/auth/sessions.ts'
import { loadAssets } from '#src/http/assets.ts'
import { csrfToken } from '#src/http/csrf.ts'
import { KEY_SCOPES } from '#src/permissions.ts'
import { tokensOf } from '#test/auth/tokens/program.ts'
import { addTestTournament } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { type SignedIn, signedIn, staffApp, upload } from '#test/support/staff.ts'

export type Route = { method: string; path: string; bodyKind: string; fields: string[] }
/** Who sends a request, and what only they know. */
export type Person = {
  name: string
  cookie?: string
  /** An access token, or a key. */
  bearer?: string
  csrf?: string
  draft?: string
  tokens: string[]
  mayKnow: boolean
}
export type World = {
  app: Awaited<ReturnType<typeof staffApp>>
  port: number
  routes: Route[]
  people: Person[]
  /** Ids and codes that anybody may have heard of. */
  ids: string[]
  uploads: string[]
  assets: string[]
  /** Nobody but staff and the captain may ever be shown these. */
  secrets: string[]
  /** Begins sessions anew for staff who signed out. */
  renew(): Promise<void>
}

type Overrides = NonNullable<Parameters<typeof staffApp>[0]>
const CAPTAINS = 6
const SLUGS = ['second', 'open']
/** Of the routes that read their fields themselves. */
const AUTH_FIELDS = [
  'email',
  'username',
  'password',
  'grant_type',
  'code',
  'challenge_token',
  'refresh_token',
  'name',
  'role',
  'tournament',
]
/** Valid letters, found nowhere else. */
const HIDDEN_NAME = 'Hiddensevenfa'

/** A server with two tournaments, teams whose captains nobody may know, and everybody who may ask. */
export async function makeWorld(overrides: Overrides = {}): Promise<World> {
  const app = await staffApp({ ...overrides, config: { ...overrides.config, icct26Api: true } })
  await addTestTournament(app.ctx, 'second', 'icct26')
  const files = await loadAssets()
  const routes = makeApp(app.ctx, files).routes.map(({ method, path, hooks }) => ({
    method,
    path,
    bodyKind: hooks?.detail?.['x-admission']?.body?.kind ?? 'none',
    fields: path.startsWith('/api/v1/auth/') ? AUTH_FIELDS : Object.keys(hooks?.body?.properties ?? {}),
  }))
  const captains = []
  for (let number = 0; number < CAPTAINS; number += 1) captains.push(await enterHidden(app.url, number))
  const drafts = await Promise.all(['open', 'second'].map((slug) => beginDraft(app.url, slug)))
  const uploads = await Promise.all(
    [1, 2].map(() => upload(app.url, 'pastor_letter', new File([samplePdf()], 'a.pdf'))),
  )
  const staff: (Person & { actor: StaffActor })[] = []
  const program: Person = { name: 'program', tokens: [], mayKnow: true }
  const world: World = {
    app,
    port: Number(new URL(app.url).port),
    routes,
    people: [],
    ids: [
      ...captains.map(({ id }) => id),
      ...captains.map(({ reference }) => reference),
      'TEAM-001',
      'TEAM-002',
      'TEAM-001-P01',
      ...SLUGS,
    ],
    uploads,
    assets: [...files.keys()],
    secrets: captains.flatMap(({ email, phone }) => [email, phone]),
    async renew() {
      for (const person of staff) {
        const isStaff = (await app.visit('/account', { cookie: person.cookie })).status === 200
        if (isStaff) continue
        const token = await app.ctx.db.write.begin((tx) =>
          startSession(tx, { staffId: person.actor.id, device: '', isConfirmed: true }, app.ctx.now()),
        )
        const actor = await findActor(app.ctx, token)
        Object.assign(person, { cookie: `session=${token}`, csrf: csrfToken(app.ctx, actor) })
      }
      const headers = { authorization: `Bearer ${program.bearer}` }
      const isIn = program.bearer && (await app.visit('/api/v1/auth/me', { headers })).status === 200
      if (!isIn) program.bearer = (await tokensOf(app.ctx, staff[0]!.actor.id)).accessToken
    },
  }
  for (const role of ['owner', 'admin', 'reviewer', 'viewer'] as const)
    staff.push({ ...known(await signedIn(app.ctx, role)), name: role, mayKnow: role !== 'viewer' })
  const owner = staff[0]!.actor
  const key = await makeKey(app.ctx, owner, app.ctx.tournament, {
    id: Bun.randomUUIDv7(),
    name: 'Fuzz',
    scopes: KEY_SCOPES,
    reach: 'all',
    life: 'none',
  })
  const nobody: Person = { name: 'nobody', tokens: [], mayKnow: false }
  world.people = [
    nobody,
    nobody,
    ...staff,
    program,
    { name: 'key', bearer: key, tokens: [], mayKnow: true },
    ...drafts.map(({ cookie, token }) => ({ ...nobody, name: 'drafter', cookie, draft: token, tokens: [token] })),
    ...captains.map(({ token }) => ({ ...nobody, name: 'captain', tokens: [token], mayKnow: true })),
  ]
  return world
}

const known = ({ cookie, csrf, actor }: SignedIn) => ({ cookie, csrf, actor, tokens: [] })

async function enterHidden(url: string, number: number) {
  const letter = 'abcdefgh'[number]!
  const email = `hidden.${letter}7f3a@example.org`
  const phone = `+91987650123${number}`
  const about = aRegistration()
  const answer = await fetch(`${url}/api/v1/registrations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...about, captain: { name: `${HIDDEN_NAME} ${letter}`, phone, email } }),
  })
  const { id, reference, statusUrl } = (await answer.json()) as { id: string; reference: string; statusUrl: string }
  return { id, reference, email, phone, token: new URL(statusUrl).pathname.split('/').pop()! }
}

async function beginDraft(url: string, slug: string) {
  const page = await fetch(`${url}/t/${slug}/register`)
  const token = /name="draft" value="([\w-]{43})"/.exec(await page.text())![1]!
  await fetch(`${url}/t/${slug}/register/draft`, {
    method: 'POST',
    body: new URLSearchParams({ draft: token, teamName: 'Kings' }),
  })
  return { cookie: `draft-${slug}=${token}`, token }
}
