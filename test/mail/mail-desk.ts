import { composeMail, startMail } from '#src/mail/service.ts'
import { type SmtpStandIn, smtpStandIn } from '#test/support/smtp-server.ts'
import { type SignedIn, signedIn, staffApp } from '#test/support/staff.ts'
import { mailSettings } from './post-office.ts'

type Overrides = NonNullable<Parameters<typeof staffApp>[0]>

/** The whole server with everybody who may ask; with `server`, one that delivers its mail there. */
export async function openMailDesk(overrides: Overrides = {}) {
  const app = await staffApp(overrides)
  const [owner, admin, reviewer, viewer] = await Promise.all([
    signedIn(app.ctx, 'owner', 'Meena'),
    signedIn(app.ctx, 'admin', 'Ravi'),
    signedIn(app.ctx, 'reviewer', 'Devi'),
    signedIn(app.ctx, 'viewer', 'Arul'),
  ])
  const people = { owner, admin, reviewer, viewer }
  return {
    ...app,
    people,
    page: (path: string, by: SignedIn = admin) => app.visit(path, { cookie: by.cookie }),
    async text(path: string, by: SignedIn = admin) {
      return wordsOf(await (await app.visit(path, { cookie: by.cookie })).text())
    },
    post: (path: string, form: Record<string, string> = {}, by: SignedIn = admin) =>
      app.visit(path, { cookie: by.cookie, form: { csrf: by.csrf, ...form } }),
    audited: async (event: string) =>
      (
        await app.ctx.db.read`select actor_id as "actorId", subject_id as "subjectId", data from audit_entries
          where event = ${event} order by id`
      ).map((entry) => ({ ...entry })),
  }
}

/** The same with a mail server that takes everything until its rules say otherwise. */
export async function openSendingDesk(overrides: Overrides = {}) {
  const server: SmtpStandIn = await smtpStandIn()
  const desk = await openMailDesk({ ...overrides, config: { ...mailSettings(server.port), ...overrides.config } })
  // Pages are asked for where links of mails lead, too.
  Object.assign(desk.ctx.config, { publicUrl: desk.url })
  const office = (await startMail(desk.ctx, composeMail))!
  return {
    ...desk,
    server,
    office,
    async end() {
      await office.stop(100)
      await server.close()
      await desk.end()
    },
  }
}

/** A page's words without its markup, in one line. */
export const wordsOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ')
