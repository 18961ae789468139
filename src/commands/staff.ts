import { parseArgs } from 'node:util'
import {
  disableAccount,
  enableAccount,
  issueReset,
  listAllAccounts,
  removeFactorsOf,
  setPasswordOf,
} from '#src/auth/accounts/service.ts'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { emailKey } from '#src/lib/names.ts'
import { ROLE_NAMES, type Role, SYSTEM } from '#src/permissions.ts'
import { addStaff, findAccountByEmail } from '#src/staff/service.ts'
import { roleText } from '#views/staff/words.ts'
import { type CommandTools, EXIT_USAGE } from './command-tools.ts'

const EXIT_REFUSED = 1
const ACTS = ['add', 'list', 'reset', 'disable', 'enable'] as const
const USAGE = `Usage: teamsheet staff add --email <address> --name <name> --role <${ROLE_NAMES.join('|')}> --password-stdin
       teamsheet staff list
       teamsheet staff reset --email <address> [--password-stdin] [--second-factor]
       teamsheet staff disable --email <address>
       teamsheet staff enable --email <address>`

export type StaffCommandTools = CommandTools & {
  /** All of standard input. */
  readInput(): Promise<string>
}

/**
 * `staff`: accounts from the shell. A password is read from standard input, so that it stands in no list of processes; one line end after
 * it is not part of it. Returns the exit code.
 */
export async function staff(args: string[], tools: StaffCommandTools): Promise<number> {
  const asked = readArguments(args)
  if (typeof asked === 'string') {
    tools.complain(asked)
    tools.complain(USAGE)
    return EXIT_USAGE
  }
  const password = asked.readsPassword ? (await tools.readInput()).replace(/\r?\n$/, '') : undefined
  const { ctx, close } = await tools.open({ data: asked.data, config: asked.config })
  try {
    await run(ctx, { ...asked, password }, tools.print)
    return 0
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    tools.complain(thrown.message)
    for (const error of thrown.errors) tools.complain(`  ${error.field}: ${error.message}`)
    return EXIT_REFUSED
  } finally {
    await close()
  }
}

type Asked = {
  act: (typeof ACTS)[number]
  email: string
  name: string
  role: Role
  readsPassword: boolean
  hasSecondFactor: boolean
  data?: string
  config?: string
}

async function run(
  ctx: AppContext,
  { act, email, name, role, password, hasSecondFactor }: Asked & { password: string | undefined },
  print: StaffCommandTools['print'],
): Promise<void> {
  switch (act) {
    case 'add':
      await addStaff(ctx, { name, email, role, password: password! })
      return print(`${email} can sign in as ${role}.`)
    case 'list':
      return list(ctx, print)
    case 'reset':
      return reset(ctx, { id: await findId(ctx, email), email, password, hasSecondFactor }, print)
    case 'disable':
      await disableAccount(ctx, SYSTEM, await findId(ctx, email))
      return print(`${email} is disabled.`)
    case 'enable':
      await enableAccount(ctx, SYSTEM, await findId(ctx, email))
      return print(`${email} can sign in again.`)
  }
}

async function list(ctx: AppContext, print: StaffCommandTools['print']) {
  const accounts = await listAllAccounts(ctx)
  if (accounts.length === 0) print('Nobody has an account yet. "staff add" makes one.')
  for (const { email, name, state, hasFactor, roles } of accounts) {
    const held = roles.map((one) => roleText(one.role, one.tournament)).join(', ')
    print([email, name, state, hasFactor ? 'second factor' : '', held].filter(Boolean).join('  '))
  }
}

type Resetting = { id: string; email: string; password: string | undefined; hasSecondFactor: boolean }

/** Sets the password, or prints an address at which another is chosen. */
async function reset(
  ctx: AppContext,
  { id, email, password, hasSecondFactor }: Resetting,
  print: StaffCommandTools['print'],
): Promise<void> {
  if (password !== undefined) {
    await setPasswordOf(ctx, id, password)
    print(`${email} has the new password, and is signed out everywhere.`)
  } else {
    const path = (await issueReset(ctx, SYSTEM, id, 'link'))!
    const { publicUrl } = ctx.config
    print(`Within an hour, and once, ${email} chooses a new password at`)
    print(publicUrl === undefined ? path : new URL(path, publicUrl).href)
    if (publicUrl === undefined)
      print('at the address of this server: PUBLIC_URL is not set, so only the path is known here.')
  }
  if (!hasSecondFactor) return
  await removeFactorsOf(ctx, SYSTEM, id)
  print(`${email} has no second factor any more.`)
}

/** Throws NOT_FOUND. */
async function findId(ctx: AppContext, email: string): Promise<string> {
  const account = await findAccountByEmail(ctx.db.read, emailKey(email.trim()))
  if (!account)
    throw new AppError('NOT_FOUND', { message: `Nobody has an account as ${email}. "staff list" prints them.` })
  return account.id
}

/** What was asked for, or a sentence that says what is missing. */
function readArguments(args: string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        email: { type: 'string' },
        name: { type: 'string' },
        role: { type: 'string' },
        data: { type: 'string' },
        config: { type: 'string' },
        'password-stdin': { type: 'boolean', default: false },
        'second-factor': { type: 'boolean', default: false },
      },
    })
    const { email = '', name = '', data, config } = values
    const act = ACTS.find((known) => known === positionals[0])
    const role = ROLE_NAMES.find((known) => known === values.role)
    const readsPassword = values['password-stdin']
    if (positionals.length !== 1 || !act) return `There is this to do with staff: ${ACTS.join(', ')}.`
    if (act !== 'list' && email === '') return 'An --email is needed.'
    if (act === 'add') {
      if (name === '') return 'Both --email and --name are needed.'
      if (role === undefined) return `--role is needed, one of ${ROLE_NAMES.join(', ')}.`
      if (!readsPassword) return 'The password is read from standard input only: add --password-stdin.'
    }
    const hasSecondFactor = values['second-factor']
    return { act, email, name, role: role ?? 'viewer', readsPassword, hasSecondFactor, data, config }
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
}
