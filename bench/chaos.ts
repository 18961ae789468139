import { cleanUp } from '#test/db/embedded/processes.ts'
import { runChaos } from '#test/executable/chaos/chaos.ts'
import { endExecutables } from '#test/support/executable.ts'
import { hold, note, tell, title } from './report.ts'

const REGISTRATIONS = 500
const CAPTAINS = 20
const SETTINGS = { kills: { times: 40, pauseMaxMs: 10_000 }, fileHostSeconds: 1, smtpSeconds: 2, patienceMs: 1_800_000 }

/** `--seed` has the same dice thrown again. */
export type ChaosSeed = { seed: number }

/** 500 registrations with documents at two servers that are killed at random, while mail server and file host fail half of the time. */
export async function measureChaos({ seed }: ChaosSeed): Promise<void> {
  title(`${REGISTRATIONS} registrations, everything failing half of the time, servers killed at random (seed ${seed})`)
  const isOneDisk = seed % 2 === 0
  note(isOneDisk ? 'Both servers share a data directory.' : 'Each server has a data directory of its own.')
  try {
    const outcome = await runChaos({
      seed,
      registrations: REGISTRATIONS,
      captains: CAPTAINS,
      isOneDisk,
      ...SETTINGS,
      tell: note,
    })
    for (const [name, value] of Object.entries(outcome.figures)) tell(name, value.toLocaleString('en'))
    for (const [name, value] of Object.entries(outcome.mailWrongs)) tell(`mail server: ${name}`, String(value))
    for (const [name, value] of Object.entries(outcome.hostWrongs)) tell(`file host: ${name}`, String(value))
    for (const problem of outcome.problems) note(problem)
    hold('lost, doubled or left', outcome.problems.length, { most: 0 })
  } finally {
    endExecutables()
    cleanUp()
  }
}
