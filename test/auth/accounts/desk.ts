import { staffLinkMakers } from '#src/auth/accounts/service.ts'
import { startSession } from '#src/auth/sessions.ts'
import { beginTokens, openTokens } from '#src/auth/tokens/service.ts'
import type { Content, Mail } from '#src/mail/model.ts'
import { composer } from '#src/mail/service.ts'
import type { Role } from '#src/permissions.ts'
import { addStaff } from '#src/staff/service.ts'
import { mailSettings } from '#test/mail/post-office.ts'
import { PASSWORD, type SignedIn, staffApp } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'

const LINK = /\/(?:invitation|password-reset|email-change)\/[\w-]{43}/
const compose = composer(staffLinkMakers)

/** The whole server as it is where mail can be sent, which nobody does: what was posted is read from the log. */
export async function openAccounts({ hasMail = true } = {}) {
  const app = await staffApp({ config: hasMail ? mailSettings(1) : {} })
  const { ctx, url, visit } = app
  // Forms come from our own pages.
  if (hasMail) Object.assign(ctx.config, { publicUrl: url })

  const mailsTo = (address: string): Promise<Mail[]> => ctx.db.read<Mail[]>`
    select id, tournament_id as "tournamentId", team_id as "teamId", kind, to_address as "toAddress", to_name as "toName", data
    from mails where to_address = ${address} order by id`

  return {
    ...app,
    mailsTo,
    /** Sends a form of somebody's. */
    send: ({ cookie, csrf }: SignedIn, path: string, form: Record<string, string> = {}) =>
      visit(path, { cookie, form: { csrf, ...form } }),
    compose: (mail: Mail): Promise<Content> => compose(ctx, mail),
    /** The link in the latest mail to that address, made as it would be sent. */
    async linkTo(address: string): Promise<string> {
      const mail = (await mailsTo(address)).at(-1)
      if (!mail) throw new Error(`Nothing was posted to ${address}.`)
      return linkIn((await compose(ctx, mail)).text)
    },
    idOf: async (address: string): Promise<string> =>
      (await ctx.db.read<{ id: string }[]>`select id from staff where email_key = ${address.toLowerCase()}`)[0]!.id,
    /** What is in the audit log about somebody, oldest first. */
    eventsOf: async (id: string): Promise<string[]> =>
      (await ctx.db.read`select event from audit_entries where subject_id = ${id} order by id`).map(
        ({ event }) => event,
      ),
    /** An account whose only role is for one tournament. */
    async addFor(tournamentId: string, role: Role, name: string): Promise<string> {
      const email = `${name.toLowerCase()}@example.org`
      const id = await addStaff(ctx, { name, email, password: PASSWORD, role })
      await ctx.db.write`update staff_roles set tournament_id = ${tournamentId} where staff_id = ${id}`
      return id
    },
    /** Another browser that the person is signed in with. */
    elsewhere: async (id: string): Promise<string> => {
      const session = { staffId: id, device: 'Firefox on Linux', isConfirmed: true }
      return `session=${await ctx.db.write.begin((tx) => startSession(tx, session, ctx.now()))}`
    },
    /** What a program of the person's shows. */
    programOf: async (id: string): Promise<Record<string, string>> => {
      const session = { staffId: id, device: 'curl', isConfirmed: true }
      const begun = await ctx.db.write.begin((tx) => beginTokens(tx, session, ctx.now()))
      return { authorization: `Bearer ${(await openTokens(ctx, begun)).accessToken}` }
    },
    /** Runs all of the work while nobody may change rights, and lets everybody go on once each of them waits. */
    async together<T>(works: (() => Promise<T>)[]): Promise<T[]> {
      let running: Promise<T[]> | undefined
      await ctx.db.write.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(7109, hashtext('rights'))`
        running = Promise.all(works.map((work) => work()))
        await untilIs(
          async () => (await ctx.db.read`select from pg_locks where locktype = 'advisory' and not granted`).length,
          (waiting) => waiting === works.length,
        )
      })
      return running!
    },
  }
}

/** The path of the first link to an account in a text. */
export function linkIn(text: string): string {
  const [link] = LINK.exec(text) ?? []
  if (!link) throw new Error(`There is no link in: ${text}`)
  return link
}
