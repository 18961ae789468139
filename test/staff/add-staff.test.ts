import { afterAll, expect, test } from 'bun:test'
import { staff } from '#src/commands/staff.ts'
import type { AppError } from '#src/errors.ts'
import type { Role } from '#src/permissions.ts'
import { addStaff } from '#src/staff/service.ts'
import { testContext } from '#test/support/context.ts'
import { PASSWORD } from '#test/support/staff.ts'

const ctx = await testContext()
afterAll(() => ctx.end())

const aPerson = (about: object = {}) => ({
  name: 'Meena Raj',
  email: 'meena@example.org',
  password: PASSWORD,
  role: 'admin' as Role,
  ...about,
})

test('an account has its role for all tournaments, and the audit log says so', async () => {
  const id = await addStaff(ctx, aPerson({ name: '  Meena   Raj ', email: ' Meena@Example.org ' }))
  const [row] = await ctx.db
    .read`select s.name, s.email, s.email_key as "emailKey", r.role, r.tournament_id as "tournamentId"
    from staff s join staff_roles r on r.staff_id = s.id where s.id = ${id}`
  expect(row).toEqual({
    name: 'Meena Raj',
    email: 'Meena@Example.org',
    emailKey: 'meena@example.org',
    role: 'admin',
    tournamentId: null,
  })
  const [entry] = await ctx.db
    .read`select event, actor_kind as "actorKind", data from audit_entries where subject_id = ${id}`
  expect(entry).toEqual({ event: 'staff.added', actorKind: 'system', data: { role: 'admin' } })
})

test('an e-mail has one account, ignoring case, also when two are added at once', async () => {
  const email = 'twice@example.org'
  const outcomes = await Promise.allSettled([
    addStaff(ctx, aPerson({ email })),
    addStaff(ctx, aPerson({ email: 'TWICE@example.org' })),
  ])
  expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const refused = outcomes.find((outcome) => outcome.status === 'rejected')!.reason as AppError
  expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: 'email', code: 'taken' }] })
})

test('every wrong field is told at once', async () => {
  const wrong = addStaff(ctx, { name: 'M', email: 'meena', password: 'short', role: 'king' as Role })
  const error = await wrong.catch((thrown: AppError) => thrown)
  expect((error as AppError).errors.map(({ field }) => field)).toEqual(['name', 'email', 'password', 'role'])
})

/** `teamsheet staff …` with this on standard input: exit code, what it printed, what it complained of. */
async function run(args: string[], input = `${PASSWORD}\n`) {
  const [printed, complaints]: [string[], string[]] = [[], []]
  const exitCode = await staff(args, {
    open: async () => ({ ctx, close: async () => {} }),
    readInput: async () => input,
    print: (line) => void printed.push(line),
    complain: (line) => void complaints.push(line),
  })
  return { exitCode, printed, complaints: complaints.join('\n') }
}

const ADD = ['add', '--email', 'shell@example.org', '--name', 'Sheila Shell', '--role', 'owner', '--password-stdin']

test('the command adds an account whose password is the line it was given', async () => {
  expect(await run(ADD)).toEqual({ exitCode: 0, printed: ['shell@example.org can sign in as owner.'], complaints: '' })
  const [row] = await ctx.db.read`select password_hash as hash from staff where email_key = 'shell@example.org'`
  expect(await Bun.password.verify(PASSWORD, row!.hash)).toBe(true)
})

test('the command says what is wrong with what it was given', async () => {
  const again = await run(ADD)
  expect(again.exitCode).toBe(1)
  expect(again.complaints).toContain('email: Somebody with this e-mail has an account already.')
  const short = await run(ADD, 'short\r\n')
  expect(short.complaints).toContain('password: Please use 12 to 128 characters.')
})

test.each([
  [['remove'], 'There is this to do with staff: add, list, reset, disable, enable.'],
  [ADD.slice(0, -1), '--password-stdin'],
  [['add', '--name', 'A', '--role', 'owner', '--password-stdin'], 'An --email is needed.'],
  [['add', '--email', 'a@b', '--role', 'owner', '--password-stdin'], 'Both --email and --name are needed.'],
  [['reset'], 'An --email is needed.'],
  [
    ['add', '--email', 'a@b', '--name', 'A', '--role', 'king', '--password-stdin'],
    '--role is needed, one of viewer, reviewer, admin, owner.',
  ],
  [[...ADD, '--password', 'typed here'], "'--password'"],
])('%j is refused with how to do it', async (args, sentence) => {
  const { exitCode, complaints } = await run(args)
  expect(exitCode).toBe(64)
  expect(complaints).toContain(sentence)
  expect(complaints).toContain('Usage: teamsheet staff add')
})
