import postgres from 'postgres'
import type { EmbeddedConnection } from '#src/db/embedded/connection.ts'
import { inFolder } from './folder.ts'
import { bodyTemplate } from './registration.ts'
import { hold, note, short, spread, tell, title } from './report.ts'
import { alternate, figureOf, ratios } from './rounds.ts'
import type { Options } from './run.ts'
import { type Product, type RunningServer, startProduct } from './server.ts'

const PEOPLE = 100
const PASSWORD = 'a rope for the marquee'
/** As src/staff/passwords.ts hashes, and as many at once as it lets. */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
const HASHES_AT_ONCE = 2
/** Of what the hashes alone cost. */
const TARGET = 1.5
const PROBE_EVERY_MS = 10
const GUESSES = 60
/** Of what is answered at once; no more than three a person, who would not be written to again. */
const ASKINGS = 250
const PAUSE_MS = 80
const PUBLIC_URL = 'http://localhost:1'
/** Wrong guesses are part of what is measured, and would have to wait. */
const NO_WAITS = { GUESS_DELAY_FROM: '1000', GUESS_DELAY_FROM_ADDRESS: '100000' }
/** Mail is asked for; nobody takes it. */
const MAIL = { SMTP_SERVER: '127.0.0.1', SMTP_PORT: '1', SMTP_FROM_EMAIL: 'desk@example.org' }

/** Everybody signs in at the same moment; and whether the time of a refusal tells who has an account. */
export async function measureSignIns(product: Product, options: Options): Promise<void> {
  title(`Sign-in, ${PEOPLE} people at the same moment`)
  note('Beside as many argon2id hashes of the same memory and passes, two at once, by themselves.')
  const hash = await Bun.password.hash(PASSWORD, ARGON2ID)
  await withPeople(product, hash, {}, (server) => measureCrowd(server, hash, options))
  note('The same where every browser is new to its account and a mail says so, to a mail server that is down.')
  await withPeople(product, hash, MAIL, async (server) => {
    await measureCrowd(server, hash, options)
    await measureRefusals(server)
  })
}

/** Lends a server on which everybody has an account. */
const withPeople = (
  product: Product,
  hash: string,
  settings: Record<string, string>,
  work: (server: RunningServer) => Promise<void>,
): Promise<void> =>
  inFolder(async (folder) => {
    const server = await startProduct(product, folder, { ...NO_WAITS, PUBLIC_URL, ...settings })
    try {
      await addPeople(server.connection(), hash)
      await work(server)
    } finally {
      await server.stop()
    }
  })

async function measureCrowd(server: RunningServer, hash: string, { rounds }: Options): Promise<void> {
  const waits: number[] = []
  const [hashes, signIns] = await alternate(rounds, [
    () => inMs(() => verifyAll(hash)),
    async () => {
      const probing = probe(`${server.url}/api/v1/teams?limit=1`, waits)
      const took = await inMs(() => signInAll(server.url))
      await probing.stop()
      return took
    },
  ])
  tell(`${PEOPLE} hashes`, spread(figureOf(hashes!), ' ms'))
  tell(`${PEOPLE} sign-ins`, spread(figureOf(signIns!), ' ms'))
  hold('sign-ins beside the hashes alone', ratios(signIns!, hashes!).median, { most: TARGET })
  const sorted = waits.toSorted((a, b) => a - b)
  const at = (share: number) => short(sorted[Math.floor((sorted.length - 1) * share)]!)
  tell(
    'another request meanwhile: half, 95 %, slowest',
    `${at(0.5)} ms, ${at(0.95)} ms, ${at(1)} ms of ${sorted.length}`,
  )
}

/** In turn, so that whatever else the machine does meets both alike. */
async function measureRefusals({ url }: RunningServer): Promise<void> {
  const stranger = (number: number) => `nobody.${number}@example.org`
  const captain = await registerTeam(url)
  await compare('wrong password', '/sign-in', 422, GUESSES, emailOf, stranger)
  await compare('password forgotten', '/password-reset', 303, ASKINGS, emailOf, stranger)
  await compare('captain’s link', '/entry/link', 303, ASKINGS, () => captain, stranger)

  async function compare(
    what: string,
    path: string,
    status: number,
    rounds: number,
    ...emails: ((number: number) => string)[]
  ) {
    const asking = emails.map((emailOf) => {
      let number = 0
      return async () => {
        number += 1
        const form = { email: emailOf(1 + (number % PEOPLE)), password: 'a rope for the tent' }
        const took = await inMs(() => post(url, path, form, status))
        // What is done after an answer is no part of the next one's time.
        await Bun.sleep(PAUSE_MS)
        return took
      }
    })
    const times = asking.map((): number[] => [])
    // By lot: what was asked before, and what the server still does about it, is then the same for both.
    for (const index of shuffled(asking.flatMap((_, index) => Array.from({ length: rounds }, () => index))))
      times[index]!.push(await asking[index]!())
    const [known, unknown] = times.map(figureOf)
    tell(`${what}: known`, spread(known!, ' ms'))
    tell(`${what}: unknown`, spread(unknown!, ' ms'))
    const [less, more] = [known!.median, unknown!.median].toSorted((a, b) => a - b)
    hold(`${what}: the quicker beside the other, their medians`, less! / more!, { least: 0.9 })
  }
}

/** A team whose captain may ask for a link; their address. */
async function registerTeam(url: string): Promise<string> {
  const body = JSON.stringify(bodyTemplate())
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(`${url}/api/v1/registrations`, { method: 'POST', headers, body })
  if (status !== 201) throw new Error(`A registration was answered with ${status}.`)
  return bodyTemplate().captain.email
}

/** Each order is as likely as any other (Fisher and Yates). */
function shuffled<T>(items: T[]): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(Math.random() * (last + 1))
    ;[items[last], items[chosen]] = [items[chosen]!, items[last]!]
  }
  return items
}

const emailOf = (index: number) => `person.${index}@example.org`

async function addPeople(connection: EmbeddedConnection, hash: string): Promise<void> {
  const sql = postgres({ ...connection, max: 1, onnotice() {} })
  await sql`
    with added as (
      insert into staff (id, name, email, email_key, password_hash)
      select gen_random_uuid(), 'Meena Raj', email, email, ${hash}
      from (select 'person.' || number || '@example.org' as email from generate_series(1, ${PEOPLE}::int) number) people
      returning id)
    insert into staff_roles (id, staff_id, role) select gen_random_uuid(), id, 'viewer' from added`
  await sql.end()
}

async function verifyAll(hash: string): Promise<void> {
  let left = PEOPLE
  const work = async () => {
    while (left-- > 0)
      if (!(await Bun.password.verify(PASSWORD, hash))) throw new Error('The password is not that of its hash.')
  }
  await Promise.all(Array.from({ length: HASHES_AT_ONCE }, work))
}

const signInAll = (url: string) =>
  Promise.all(
    Array.from({ length: PEOPLE }, (_, index) =>
      post(url, '/sign-in', { email: emailOf(index + 1), password: PASSWORD }, 303),
    ),
  )

/** Throws where it ends otherwise than expected. */
async function post(url: string, path: string, form: Record<string, string>, expected: number): Promise<void> {
  const { status } = await fetch(url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: PUBLIC_URL },
    body: new URLSearchParams(form),
  })
  if (status !== expected) throw new Error(`${path} was answered with ${status}, not ${expected}.`)
}

/** Asks again and again until it is stopped; `waits` gets how long each answer took. */
function probe(url: string, waits: number[]): { stop(): Promise<void> } {
  let isOver = false
  const asking = (async () => {
    while (!isOver) {
      waits.push(await inMs(() => fetch(url).then((answer) => answer.text())))
      await Bun.sleep(PROBE_EVERY_MS)
    }
  })()
  return {
    async stop() {
      isOver = true
      await asking
    },
  }
}

async function inMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
