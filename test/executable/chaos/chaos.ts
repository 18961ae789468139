import postgres, { type Sql } from 'postgres'
import { openDatabase } from '#src/db/client.ts'
import { PRESETS } from '#src/tournaments/presets.ts'
import { addTournament } from '#src/tournaments/service.ts'
import { cloudinarySettings, cloudinaryStandIn } from '#test/support/cloudinary-stand-in.ts'
import { emptyFolder } from '#test/support/executable.ts'
import type { FileHostStandIn } from '#test/support/file-host.ts'
import { createDatabase } from '#test/support/postgres.ts'
import { openProxy } from '#test/support/proxy.ts'
import { type SmtpStandIn, smtpStandIn } from '#test/support/smtp-server.ts'
import { random } from '../../fuzz/random.ts'
import { playCaptains, SMALL_TOURNAMENT, type Story } from './captains.ts'
import { troubleHost, troubleMail, type Wrongs } from './dice.ts'
import { passLateArrivals, passTime, passTwoDays } from './passing-time.ts'
import { freePort, killAtRandom, type Seat, signOwnerIn, takeSeat } from './servers.ts'
import { type Figures, judge } from './verdict.ts'

const [CAPTAINS_DICE, KILLER_DICE] = [3, 4]
const LOOK_EVERY_MS = 500
/** What a server writes that ends by itself. */
const FATAL = /"level":60/

export type ChaosOptions = {
  seed: number
  /** Teams that are to be registered; about a quarter as many more are sent that are not. */
  registrations: number
  /** Captains who send at the same time. */
  captains: number
  /** Both servers have one data directory, or each a machine's own. */
  isOneDisk: boolean
  /** About so many while captains send and their files and mails go out; a quarter as many more while orphans are collected. */
  kills: { times: number; pauseMaxMs: number }
  fileHostSeconds: number
  smtpSeconds: number
  /** How long each part may take. */
  patienceMs: number
  tell?: (line: string) => void
}
export type Outcome = {
  problems: string[]
  figures: Figures
  mailWrongs: Wrongs
  hostWrongs: Wrongs
}

/**
 * Two servers on one database, killed -9 and started again at random, register teams with their documents, while the mail server and the
 * file host fail half of the time and some registrations have to be refused. When all has gone out and two days have passed, everything
 * that was acknowledged has to be where it belongs, and nothing else anywhere.
 */
export async function runChaos(options: ChaosOptions): Promise<Outcome> {
  const { seed, registrations, captains, isOneDisk, kills, fileHostSeconds, smtpSeconds, tell = () => {} } = options
  const startedAt = performance.now()
  const say = (line: string) => tell(`${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${line}`)
  const { connection, drop } = await createDatabase()
  const proxy = await openProxy(connection)
  const [mailServer, host] = [await smtpStandIn(), await cloudinaryStandIn()]
  const mail = troubleMail(mailServer, seed)
  const trouble = troubleHost(host, seed, fileHostSeconds * 1000)
  const env = settingsOf({ databaseUrl: proxy.url, mailServer, host, options })
  const folder = await emptyFolder()
  const folders = isOneDisk ? [folder] : [folder, await emptyFolder()]
  // One after the other: the first makes the schema.
  const seats: Seat[] = []
  for (const place of [folder, folders.at(-1)!]) seats.push(await takeSeat(place, env))
  const sql = postgres({ ...connection, max: 2, onnotice() {} })
  await prepare(sql, connection)
  const owner = await signOwnerIn(folder, env, seats)
  const patiently = (what: string, isSo: () => Promise<boolean>, tasks: string[]) =>
    settle(what, isSo, { patienceMs: options.patienceMs, runTasks: () => runAll(owner, tasks) })

  say('two servers are ready')
  const time = passTime(sql, { smtpSeconds })
  const killer = killAtRandom(seats, random(seed, KILLER_DICE), kills)
  const urls = seats.map(({ url }) => url)
  const story: Story = await playCaptains(urls, random(seed, CAPTAINS_DICE), { registrations, atOnce: captains })
  say(`all are sent; ${killsOf(seats)} kills`)
  const problems = await patiently('all mail and files are out', () => isOut(sql), ['move-files', 'draw-pictures'])
  say(`all mail and files are out; ${killsOf(seats)} kills`)
  await killer.ended
  problems.push(...(await patiently('pictures are drawn', () => isDrawn(sql), ['draw-pictures', 'move-files'])))
  say('pictures are drawn')
  await passTwoDays(sql)
  const collecting = killAtRandom(seats, random(seed, KILLER_DICE + 1), { ...kills, times: Math.ceil(kills.times / 4) })
  problems.push(...(await patiently('orphans are collected', () => isCollected(sql), ['collect-orphans'])))
  await collecting.ended
  say(`orphans are collected; ${killsOf(seats)} kills`)
  await Bun.sleep(trouble.lateMaxMs)
  const isGone = async () => {
    await passLateArrivals(sql)
    return (await sql`select from file_copies where state <> 'there' or spool is not null`).length === 0
  }
  problems.push(...(await patiently('the host has deleted them', isGone, ['move-files'])))
  problems.push(...(await patiently('the last mails are out', () => isOut(sql), ['move-files'])))
  say('the host has deleted them')
  await time.end()

  const scene = { sql, story, host, arrived: mail.arrived, folders }
  const verdict = await judge(scene)
  const exitCodes = await Promise.all(seats.map((seat) => seat.stop()))
  if (exitCodes.some((code) => code !== 0)) problems.push(`the servers ended with ${exitCodes}`)
  if (seats.some((seat) => seat.outputs().some((output) => FATAL.test(output))))
    problems.push('a server failed by itself')
  await sql.end()
  await mailServer.close()
  await host.end()
  proxy.close()
  await drop()
  say('judged')
  return {
    problems: [...problems, ...verdict.problems],
    figures: { ...verdict.figures, kills: killsOf(seats), seconds: Math.round((performance.now() - startedAt) / 1000) },
    mailWrongs: mail.wrongs,
    hostWrongs: trouble.wrongs,
  }
}

/** Waits that are short, so that all of it happens while somebody looks; production has minutes. */
function settingsOf({ databaseUrl, mailServer, host, options }: Surroundings): Record<string, string> {
  return {
    TOURNAMENT_PRESET: 'icct26',
    DATABASE_URL: databaseUrl,
    SECRET_KEY: 'only these tests are started with it',
    ENABLE_RATE_LIMITING: 'false',
    IDEMPOTENCY_MINUTES: '600',
    PUBLIC_URL: `http://127.0.0.1:${freePort()}`,
    SMTP_SERVER: '127.0.0.1',
    SMTP_PORT: String(mailServer.port),
    SMTP_SECURITY: 'none',
    SMTP_FROM_EMAIL: 'office@cup.example.org',
    SMTP_RATE: '1000',
    SMTP_TIMEOUT: String(options.smtpSeconds),
    FILE_HOST_TIMEOUT: String(options.fileHostSeconds),
    BREAKER_FAILURES: '6',
    BREAKER_WINDOW: '1',
    BREAKER_REST: '1',
    ...cloudinarySettings(host),
  }
}

type Surroundings = { databaseUrl: string; mailServer: SmtpStandIn; host: FileHostStandIn; options: ChaosOptions }

const killsOf = (seats: readonly Seat[]) => seats.reduce((sum, seat) => sum + seat.kills(), 0)

/** A second tournament that is soon full, and a trigger that breaks registrations of that name when their mail has been written. */
async function prepare(sql: Sql, connection: Parameters<typeof openDatabase>[0]): Promise<void> {
  await sql.unsafe(`
    create function fail_half_way() returns trigger language plpgsql as $$ begin
      if new.data->>'teamName' like 'Breaking%' then raise exception 'injected'; end if;
      return new;
    end $$;
    create trigger fail_half_way after insert on mails for each row execute function fail_half_way()`)
  const db = openDatabase(connection, 4)
  const { slug, capacity } = SMALL_TOURNAMENT
  await addTournament(db, {
    ...PRESETS.icct26,
    slug,
    name: 'Small Cup',
    idPrefix: 'SMALL',
    capacity,
    teamsPerClub: null,
  })
  await db.close()
}

/** Waits, has the tasks run meanwhile, and says what did not come about in time. */
async function settle(
  what: string,
  isSo: () => Promise<boolean>,
  { patienceMs, runTasks }: { patienceMs: number; runTasks: () => Promise<void> },
): Promise<string[]> {
  for (const end = Date.now() + patienceMs; !(await isSo()); await Bun.sleep(LOOK_EVERY_MS)) {
    if (Date.now() > end) return [`It did not come about that ${what}`]
    await runTasks()
  }
  return []
}

async function runAll(owner: Awaited<ReturnType<typeof signOwnerIn>>, tasks: readonly string[]): Promise<void> {
  await Promise.all(tasks.map((task) => owner.runTask(task)))
}

const isEmpty = async (rows: Promise<readonly unknown[]>) => (await rows).length === 0

const isOut = async (sql: Sql) =>
  (await isEmpty(sql`select from mails where state <> 'sent' limit 1`)) &&
  (await isEmpty(
    sql`select from file_copies where state = 'waiting' or (state = 'there' and spool is not null) limit 1`,
  ))

/** Those that kills made give up are left. */
const isDrawn = async (sql: Sql) =>
  (await isEmpty(sql`
    select from files f where pictures_at is null and content_type <> 'application/pdf' and picture_tries < 3
      and exists (select from documents d where d.file_id = f.id) limit 1`)) && (await isOut(sql))

const isCollected = (sql: Sql) =>
  isEmpty(sql`select from files f where not exists (select from documents d where d.file_id = f.id) limit 1`)
