import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { endExecutables } from '#test/support/executable.ts'
import { runChaos } from './chaos/chaos.ts'

const REGISTRATIONS = 20
const CAPTAINS = 6
/** CHAOS_SEED has the same dice thrown again; CHAOS_TELL has each part told as it ends. */
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000)

setDefaultTimeout(600_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

test('with mail server and file host failing half the time, and servers killed at random, nothing is lost, doubled or left', async () => {
  console.log(`chaos with seed ${SEED}`)
  const { problems, figures } = await runChaos({
    seed: SEED,
    registrations: REGISTRATIONS,
    captains: CAPTAINS,
    isOneDisk: SEED % 2 === 0,
    kills: { times: 6, pauseMaxMs: 2000 },
    fileHostSeconds: 1,
    smtpSeconds: 2,
    patienceMs: 180_000,
    ...(process.env.CHAOS_TELL && { tell: console.log }),
  })
  if (process.env.CHAOS_TELL) console.log(figures)
  expect(problems).toEqual([])
  expect(figures.kills).toBeGreaterThanOrEqual(6)
})
