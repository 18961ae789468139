import { readFileSync } from 'node:fs'
import { StartError } from '#src/lib/start-error.ts'

/** Whose PostgreSQL may be, best first, when root starts us. Not `nobody`: whatever else runs as that could read the files. */
const SERVICE_USERS = ['teamsheet', 'postgres']
const PROBE_TIMEOUT_MS = 10_000
/** What the children of this process find in their environment; secrets of ours do not pass. */
const CHILD_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/** How PostgreSQL is started, and whom its files belong to. */
export type Account = {
  /** Goes before PostgreSQL's own command. */
  prefix: string[]
  /** What `Bun.spawn` needs: the identity to take on, the environment. */
  spawn: { uid?: number; gid?: number; env: Record<string, string> }
  /** Undefined: whoever we are. */
  owner: { uid: number; gid: number } | undefined
}

/**
 * Finds an identity that PostgreSQL accepts. It refuses root; so as root we try the service users in turn, by starting the program from
 * within the database's folder. Where none of them can reach it (root's home, a folder of mode 0700) PostgreSQL runs in a user namespace
 * that shows it another number: that drops no privilege, it only satisfies the check. Throws StartError where that is forbidden too.
 *
 * @param program path of `postgres`
 * @param home folder of the database, which must exist
 */
export async function chooseAccount(program: string, home: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [], spawn: { env: CHILD_ENVIRONMENT }, owner: undefined }
  for (const owner of listServiceUsers()) {
    const account = { prefix: [], spawn: { ...owner, env: CHILD_ENVIRONMENT }, owner }
    if (await canRun(account, program, home)) return account
  }
  const unshare = Bun.which('unshare')
  if (unshare) {
    const prefix = [unshare, '--user', '--map-user=1000', '--map-group=1000', '--']
    const account = { prefix, spawn: { env: CHILD_ENVIRONMENT }, owner: { uid: 0, gid: 0 } }
    if (await canRun(account, program, home)) return account
  }
  throw new StartError(
    `PostgreSQL refuses to run as root, no other user can reach ${home}, and user namespaces are not to be had here. ` +
      'Add a user "teamsheet" and choose a data directory that it can pass through, start as another user, or give DATABASE_URL.',
  )
}

/** The service users this machine has, in our order. */
function listServiceUsers() {
  const users = new Map<string, { uid: number; gid: number }>()
  for (const line of readPasswd().split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (name && Number(uid) > 0) users.set(name, { uid: Number(uid), gid: Number(gid) })
  }
  return SERVICE_USERS.flatMap((name) => users.get(name) ?? [])
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}

async function canRun(account: Account, program: string, home: string): Promise<boolean> {
  try {
    const child = Bun.spawn([...account.prefix, program, '--version'], {
      ...account.spawn,
      cwd: home,
      stdio: ['ignore', 'ignore', 'ignore'],
      timeout: PROBE_TIMEOUT_MS,
    })
    return (await child.exited) === 0
  } catch {
    return false
  }
}
