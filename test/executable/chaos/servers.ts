import { type Executable, runExecutable, startExecutable } from '#test/support/executable.ts'
import type { Random } from '../../fuzz/random.ts'

const BOTH_ONE_IN = 4
/** Where others load the machine, too. */
const READY_TIMEOUT_MS = 120_000

/** A place in which a server runs, is killed and started again. */
export type Seat = {
  url: string
  folder: string
  /** Kills the server that runs there, whatever it is at, and starts it anew. */
  killAndStart(): Promise<void>
  stop(): Promise<number>
  kills(): number
  /** What all servers in this seat have printed. */
  outputs(): string[]
}

/** A server with a port that it keeps through its restarts. `folder`: where it is started, with its data beside it. */
export async function takeSeat(folder: string, env: Record<string, string>): Promise<Seat> {
  const port = freePort()
  const start = () => startExecutable({ cwd: folder, env, port, readyTimeoutMs: READY_TIMEOUT_MS })
  const past: Executable[] = []
  let running = await start()
  return {
    url: `http://127.0.0.1:${port}`,
    folder,
    async killAndStart() {
      await running.kill9()
      past.push(running)
      running = await start()
    },
    stop: () => running.stop(),
    kills: () => past.length,
    outputs: () => [...past, running].map((server) => server.output()),
  }
}

/** PUBLIC_URL names a port before a server has it. */
export function freePort(): number {
  const probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = probe
  probe.stop(true)
  return port
}

/**
 * Kills one server after another at random moments, at times both at once, about `times` of them. `ended` resolves when the last one runs
 * again.
 */
export function killAtRandom(
  seats: readonly Seat[],
  dice: Random,
  { times, pauseMaxMs }: { times: number; pauseMaxMs: number },
): { ended: Promise<void> } {
  const kill = async () => {
    for (let killed = 0; killed < times; ) {
      await Bun.sleep(dice.whole(0, pauseMaxMs))
      const meant = dice.isOneIn(BOTH_ONE_IN) ? seats : [dice.pick(seats)]
      await Promise.all(meant.map((seat) => seat.killAndStart()))
      killed += meant.length
    }
  }
  return { ended: kill() }
}

const OWNER = { email: 'owner@example.org', password: 'a rope for the marquee' }

/** An owner who has tasks run at once, as on the System page; what a killed server did not take is left. */
export async function signOwnerIn(folder: string, env: Record<string, string>, seats: readonly Seat[]) {
  const args = ['staff', 'add', '--email', OWNER.email, '--name', 'Meena Owner', '--role', 'owner', '--password-stdin']
  const added = await runExecutable(args, { cwd: folder, env, input: OWNER.password })
  if (added.exitCode !== 0) throw new Error(`No owner: ${added.stderr}`)
  const { url } = seats[0]!
  const visit = (address: string, cookie: string, form?: Record<string, string>) =>
    fetch(address, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      body: form && new URLSearchParams(form),
      headers: { cookie, ...(form && { origin: env.PUBLIC_URL!, 'sec-fetch-site': 'same-origin' }) },
    })
  const signedIn = await visit(`${url}/sign-in`, '', OWNER)
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const page = await (await visit(`${url}/admin/system`, cookie)).text()
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1]
  if (csrf === undefined) throw new Error(`The owner is not signed in: ${signedIn.status} ${page.slice(0, 500)}`)
  return {
    async runTask(name: string): Promise<void> {
      await Promise.all(
        seats.map((seat) => visit(`${seat.url}/admin/system/tasks/${name}/run`, cookie, { csrf }).catch(() => {})),
      )
    },
  }
}
