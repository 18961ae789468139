import type { Config } from '#src/config.ts'
import { type Timeouts, timeoutsOf } from '#src/mail/mailer.ts'
import { type Mail, newMail } from '#src/mail/model.ts'
import { composeMail, type MailOffice, postMail, startMail } from '#src/mail/service.ts'
import { registerTeam } from '#src/registration/service.ts'
import { type TestContext, testContext } from '#test/support/context.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { type SmtpStandIn, smtpStandIn } from '#test/support/smtp-server.ts'
import { untilIs } from '#test/support/until.ts'

export type PostOffice = { ctx: TestContext; server: SmtpStandIn; office: MailOffice; end(): Promise<void> }

type Options = {
  config?: Partial<Config>
  standIn?: Parameters<typeof smtpStandIn>[0]
  timeouts?: Partial<Timeouts>
}

/** Settings with which mail goes to a server on loopback. */
export const mailSettings = (port: number): Partial<Config> => ({
  publicUrl: 'https://cup.example.org',
  smtpServer: 'localhost',
  smtpPort: port,
  smtpSecurity: 'none',
  smtpFromEmail: 'office@cup.example.org',
  smtpRate: 1000,
})

/** A server's part in delivering mail, over a database and a mail server of its own. */
export async function openPostOffice({ config, standIn, timeouts }: Options = {}): Promise<PostOffice> {
  const server = await smtpStandIn(standIn)
  const ctx = await testContext({ config: { ...mailSettings(server.port), ...config } })
  const office = (await startMail(ctx, composeMail, { ...timeoutsOf(ctx.config), ...timeouts }))!
  return {
    ctx,
    server,
    office,
    async end() {
      await office.stop(100)
      await server.close()
      await ctx.end()
    },
  }
}

/** Forgets what came in and says yes again; the next mail needs a new connection. */
export async function freshServer({ server }: PostOffice): Promise<void> {
  server.rules = {}
  server.cut()
  // Until the other end has noticed.
  await Bun.sleep(20)
  server.received.length = 0
}

let posted = 0

/** A mail of the tournament, committed. */
export async function post(ctx: TestContext, about: Partial<Mail> = {}): Promise<string> {
  posted += 1
  const mail = newMail(ctx, {
    tournamentId: ctx.tournament.id,
    teamId: null,
    kind: 'withdrawn',
    toAddress: `captain${posted}@example.org`,
    toName: 'Samuel Raj',
    data: { teamName: 'Kings', reference: 'ABCD1234' },
    ...about,
  })
  await ctx.db.write.begin((tx) => postMail(tx, mail))
  return mail.id
}

export const register = (ctx: TestContext, about: Parameters<typeof aRegistration>[0] = {}) =>
  registerTeam(ctx, ctx.tournament, {
    body: aRegistration(about),
    door: 'api',
    missingField: (kind) => `documents.${kind}`,
  } as Parameters<typeof registerTeam>[2])

export type Row = {
  state: string
  attempts: number
  lastAnswer: string | null
  nextTryAt: Date
  giveUpAt: Date | null
  history: { state: string; answer: string }[]
  sentAt: Date | null
}

export async function rowOf(ctx: Pick<TestContext, 'db'>, id: string): Promise<Row> {
  const [row] = await ctx.db.read<Row[]>`
    select state, attempts, last_answer as "lastAnswer", next_try_at as "nextTryAt", give_up_at as "giveUpAt", history, sent_at as "sentAt"
    from mails where id = ${id}`
  return row!
}

export const untilState = (ctx: Pick<TestContext, 'db'>, id: string, state: string) =>
  untilIs(
    () => rowOf(ctx, id),
    (row) => row.state === state,
  )
