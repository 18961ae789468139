import { afterAll, expect, test } from 'bun:test'
import { staff } from '#src/commands/staff.ts'
import { openAccounts } from '#test/auth/accounts/desk.ts'
import { testContext } from '#test/support/context.ts'
import { PASSWORD, signedIn } from '#test/support/staff.ts'

const NEW_PASSWORD = 'eleven wickets before tea'
const accounts = await openAccounts({ hasMail: false })
const { ctx, visit } = accounts
afterAll(() => accounts.end())
const owner = await signedIn(ctx, 'owner')

/** `teamsheet staff …`, beside the running server: exit code, what it printed, what it complained of. */
async function run(act: string, email?: string, { flags = [], input = '' }: { flags?: string[]; input?: string } = {}) {
  const [printed, complaints]: [string[], string[]] = [[], []]
  const exitCode = await staff([act, ...(email === undefined ? [] : ['--email', email]), ...flags], {
    open: async () => ({ ctx, close: async () => {} }),
    readInput: async () => input,
    print: (line) => void printed.push(line),
    complain: (line) => void complaints.push(line),
  })
  return { exitCode, printed, complaints }
}
const signIn = async (email: string, password: string) =>
  (await visit('/sign-in', { form: { email, password } })).status

test('where nobody has an account yet, list says so', async () => {
  const empty = await testContext()
  const printed: string[] = []
  const tools = { readInput: async () => '', print: (line: string) => void printed.push(line), complain: () => {} }
  expect(await staff(['list'], { ...tools, open: async () => ({ ctx: empty, close: async () => {} }) })).toBe(0)
  expect(printed).toEqual(['Nobody has an account yet. "staff add" makes one.'])
  await empty.end()
})

test('reset prints an address that is good once, as a path where nobody knows the whole', async () => {
  const { email } = await signedIn(ctx, 'viewer', 'Locked')
  const { exitCode, printed } = await run('reset', email)
  const path = printed[1]!
  expect([exitCode, /^\/password-reset\/[\w-]{43}$/.test(path), printed[2]]).toEqual([
    0,
    true,
    'at the address of this server: PUBLIC_URL is not set, so only the path is known here.',
  ])
  expect((await visit(path, { form: { newPassword: NEW_PASSWORD } })).status).toBe(303)
  expect((await visit(path, { form: { newPassword: NEW_PASSWORD } })).status).toBe(410)
  expect(await signIn(email, NEW_PASSWORD)).toBe(303)
  Object.assign(ctx.config, { publicUrl: 'https://cup.example.org' })
  expect((await run('reset', email)).printed[1]).toStartWith('https://cup.example.org/password-reset/')
  Object.assign(ctx.config, { publicUrl: undefined })
})

test('reset sets the password that is on standard input, a good one, and ends every session', async () => {
  const { email, cookie } = await signedIn(ctx, 'viewer', 'Written')
  const flags = ['--password-stdin']
  const short = await run('reset', email, { flags, input: 'short\n' })
  expect([short.exitCode, short.complaints[1]]).toEqual([1, '  newPassword: Please use 12 to 128 characters.'])
  expect((await run('reset', email, { flags, input: `${NEW_PASSWORD}\n` })).exitCode).toBe(0)
  expect([await signIn(email, PASSWORD), await signIn(email, NEW_PASSWORD)]).toEqual([422, 303])
  expect((await visit('/account', { cookie })).status).toBe(303)
})

test('reset --second-factor takes it away as well', async () => {
  const { email, actor } = await signedIn(ctx, 'viewer', 'Lost')
  await ctx.db.write`
    insert into totp_secrets (staff_id, secret, confirmed_at) values (${actor.id}, ${ctx.keys.encrypt('JBSWY3DPEHPK3PXP')}, now())`
  const { exitCode, printed } = await run('reset', email, { flags: ['--second-factor'] })
  expect([exitCode, printed.at(-1)]).toEqual([0, `${email} has no second factor any more.`])
  expect((await ctx.db.read`select from totp_secrets where staff_id = ${actor.id}`).length).toBe(0)
})

test('disable and enable, but never the last owner', async () => {
  const { email, cookie } = await signedIn(ctx, 'viewer', 'Switched')
  expect((await run('disable', email.toUpperCase())).exitCode).toBe(0)
  expect([(await visit('/account', { cookie })).status, await signIn(email, PASSWORD)]).toEqual([303, 422])
  expect((await run('reset', email)).complaints).toEqual(['This account is disabled.'])
  expect((await run('enable', email)).exitCode).toBe(0)
  expect(await signIn(email, PASSWORD)).toBe(303)
  const last = await run('disable', owner.email)
  expect([last.exitCode, last.complaints[0]]).toEqual([
    1,
    'Nobody could sign in as owner any more. Please make somebody else an owner first.',
  ])
})

test('list prints every account; an address that has none is told', async () => {
  const { printed } = await run('list')
  expect(printed).toContain('owner@example.org  owner  active  Owner')
  const nobody = await run('reset', 'nobody@example.org')
  expect([nobody.exitCode, nobody.complaints[0]]).toEqual([
    1,
    'Nobody has an account as nobody@example.org. "staff list" prints them.',
  ])
})
