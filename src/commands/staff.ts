import { parseArgs } from 'node:util'
import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { ROLE_NAMES, type Role } from '#src/permissions.ts'
import { addStaff } from '#src/staff/service.ts'

/** EX_USAGE of sysexits.h. */
const EXIT_USAGE = 64
const EXIT_REFUSED = 1
const USAGE = `Usage: teamsheet staff add --email <address> --name <name> --role <${ROLE_NAMES.join('|')}> --password-stdin`

type Flags = Readonly<Record<string, string | undefined>>
export type StaffCommandTools = {
  /** Opens the database, beside a running server or alone. */
  open(flags: Flags): Promise<{ ctx: AppContext; close(): Promise<void> }>
  /** All of standard input. */
  readInput(): Promise<string>
  print(line: string): void
  complain(line: string): void
}

/**
 * `staff add`: an account from the shell. The password is read from standard input, so that it stands in no list of processes; one
 * line end after it is not part of it. Returns the exit code.
 */
export async function staff(args: string[], tools: StaffCommandTools): Promise<number> {
  const asked = readArguments(args)
  if (typeof asked === 'string') {
    tools.complain(asked)
    tools.complain(USAGE)
    return EXIT_USAGE
  }
  const password = (await tools.readInput()).replace(/\r?\n$/, '')
  const { ctx, close } = await tools.open({ data: asked.data, config: asked.config })
  try {
    await addStaff(ctx, { name: asked.name, email: asked.email, role: asked.role, password })
    tools.print(`${asked.email} can sign in as ${asked.role}.`)
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

/** What was asked for, or a sentence that says what is missing. */
function readArguments(
  args: string[],
): { email: string; name: string; role: Role; data?: string; config?: string } | string {
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
        'password-stdin': { type: 'boolean' },
      },
    })
    const { email, name, data, config } = values
    const role = ROLE_NAMES.find((known) => known === values.role)
    if (positionals.length !== 1 || positionals[0] !== 'add') return 'There is one thing to do with staff here: add.'
    if (email === undefined || name === undefined) return 'Both --email and --name are needed.'
    if (role === undefined) return `--role is needed, one of ${ROLE_NAMES.join(', ')}.`
    if (!values['password-stdin']) return 'The password is read from standard input only: add --password-stdin.'
    return { email, name, role, data, config }
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
}
