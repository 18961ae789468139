import { ATTACKS, type Attack, type SlowClient, slowClient } from '#test/support/slow-clients.ts'
import { bodyTemplate, MARK, reserveNumbers } from './registration.ts'
import { note, short, spread, tell, title } from './report.ts'
import { figureOf } from './rounds.ts'
import type { Options } from './run.ts'
import type { RunningServer } from './server.ts'

const IDLE = 2000
/** Of each manner that is not idle; whoever is ended comes again. */
const SLOW = 50
const HONEST = 8

/** How long honest clients wait while others hold connections open or send and take almost nothing, beside the same without them. */
export async function measureSlowClients(server: RunningServer, { seconds, rounds }: Options): Promise<void> {
  const manners = (Object.keys(ATTACKS) as Attack[]).filter((manner) => !manner.startsWith('nothing'))
  title(`Honest clients beside ${IDLE.toLocaleString('en')} idle connections and ${SLOW * manners.length} slow ones`)
  note(`${HONEST} clients ask for a page, the list of teams, and register, in turn. Slow: ${manners.join(', ')}.`)
  const port = Number(new URL(server.url).port)
  await honestMs(server, seconds)
  const alone: number[] = []
  const attacked: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    alone.push(slowestHundredth(await honestMs(server, seconds)))
    const end = await attack(port, manners)
    attacked.push(slowestHundredth(await honestMs(server, seconds)))
    end()
  }
  tell('slowest hundredth, alone', spread(figureOf(alone), ' ms'))
  tell('slowest hundredth, under attack', spread(figureOf(attacked), ' ms'))
  tell(
    'slowest hundredth, under attack beside alone',
    spread(figureOf(attacked.map((ms, round) => ms / alone[round]!)), ' times'),
  )
}

/** Everybody at once, again whenever the server has ended them. The answer ends them all. */
async function attack(port: number, manners: readonly Attack[]): Promise<() => void> {
  const clients = new Set<SlowClient>()
  let isOver = false
  const come = async (manner: Attack): Promise<void> => {
    const client = await slowClient(port, ATTACKS[manner])
    clients.add(client)
    void client.ended.then(() => {
      clients.delete(client)
      if (!isOver) come(manner).catch(() => {})
    })
  }
  for (let opened = 0; opened < IDLE; opened += 1) await come('nothing after an answer')
  for (const manner of manners) for (let opened = 0; opened < SLOW; opened += 1) await come(manner)
  return () => {
    isOver = true
    for (const client of clients) client.end()
  }
}

/** Milliseconds of each answer. Throws when any is no success. */
async function honestMs({ url }: RunningServer, seconds: number): Promise<number[]> {
  const took: number[] = []
  const endsAt = performance.now() + seconds * 1000
  const template = JSON.stringify(bodyTemplate())
  const headers = { 'content-type': 'application/json' }
  const register = () => ({ method: 'POST', headers, body: template.replaceAll(MARK, String(reserveNumbers(1))) })
  const work = async () => {
    for (let asked = 0; performance.now() < endsAt; asked += 1) {
      const [path, init] = [
        ['/register', {}] as const,
        ['/api/v1/teams', {}] as const,
        ['/api/v1/registrations', register()] as const,
      ][asked % 3]!
      const startedAt = performance.now()
      const answer = await fetch(url + path, init)
      await answer.arrayBuffer()
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}, after ${short(took.length)} answers`)
      took.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: HONEST }, work))
  return took
}

const slowestHundredth = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)]!
