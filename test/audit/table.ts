import { newSetupAddress } from '#src/auth/service.ts'
import { erase } from '#src/commands/erase.ts'
import { staff } from '#src/commands/staff.ts'
import type { StaffTeamAnswer } from '#src/icct26/model.ts'
import { aForm, ask, register } from '#test/icct26/first-client.ts'
import { captain } from '#test/registration/captain.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { samplePdf } from '#test/support/sample-files.ts'
import { PASSWORD, signedIn, upload } from '#test/support/staff.ts'
import { untilIs } from '#test/support/until.ts'
import { ACCOUNT_ACTS } from './account-acts.ts'
import { API_ACTS } from './api-acts.ts'
import { FACTOR_ACTS, NO_FACTOR_ACTS } from './factor-acts.ts'
import type { World } from './world.ts'

type Doing = () => Promise<Response | number | undefined>

/** Something that a person does to what is on record. */
export type Act = {
  /** A route, or a command as it is typed. */
  by: string
  /** The entry that tells of it. */
  event: string
  /** Entries of what comes with it. */
  besides?: readonly string[]
  /** Tables that are written apart from it: before the act, or after it has happened. */
  apart?: readonly string[]
  /** Its answer tells nothing of what became of it. */
  isAnsweredFirst?: true
  /** Makes what is acted upon; the act itself may then be tried twice. */
  begin: (world: World) => Promise<Doing>
}

/** In this order: there is no set-up once there is an owner. */
export const ACTS: readonly Act[] = [
  {
    by: 'POST /setup/:token',
    event: 'setup.claimed',
    besides: ['staff.added', 'session.started'],
    async begin({ ctx, visit }) {
      const path = (await newSetupAddress(ctx))!
      return () => visit(path, { form: { name: 'Meena Raj', email: 'meena@example.org', password: PASSWORD } })
    },
  },
  {
    by: 'POST /sign-in',
    event: 'session.started',
    async begin({ ctx, visit }) {
      const { email } = await signedIn(ctx, 'viewer', 'Arun')
      return () => visit('/sign-in', { form: { email, password: PASSWORD } })
    },
  },
  {
    by: 'POST /sign-out',
    event: 'session.ended',
    async begin({ ctx, visit }) {
      const { cookie, csrf } = await signedIn(ctx, 'viewer', 'Deepak')
      return () => visit('/sign-out', { cookie, form: { csrf } })
    },
  },
  {
    by: 'POST /account/password',
    event: 'staff.password-changed',
    besides: ['session.started'],
    async begin({ ctx, visit }) {
      const { cookie, csrf } = await signedIn(ctx, 'reviewer', 'Elango')
      const newPassword = 'another rope for the tent'
      return () => visit('/account/password', { cookie, form: { csrf, currentPassword: PASSWORD, newPassword } })
    },
  },
  ...ACCOUNT_ACTS,
  {
    by: 'teamsheet staff add',
    event: 'staff.added',
    begin: async ({ ctx }) => {
      const who = ['--email', 'gopal@example.org', '--name', 'Gopal', '--role', 'viewer', '--password-stdin']
      return () => staff(['add', ...who], { ...shell(ctx), readInput: async () => PASSWORD })
    },
  },
  ...(
    [
      ['reset', 'staff.reset-issued'],
      ['disable', 'staff.disabled'],
    ] as const
  ).map(
    ([act, event]): Act => ({
      by: `teamsheet staff ${act}`,
      event,
      async begin({ ctx }) {
        const { email } = await signedIn(ctx, 'viewer', `Shell${act}`)
        return () => staff([act, '--email', email], { ...shell(ctx), readInput: async () => '' })
      },
    }),
  ),
  {
    by: 'teamsheet staff enable',
    event: 'staff.enabled',
    async begin({ ctx }) {
      const { email } = await signedIn(ctx, 'viewer', 'Shellenable')
      const tools = { ...shell(ctx), readInput: async () => '' }
      await staff(['disable', '--email', email], tools)
      return () => staff(['enable', '--email', email], tools)
    },
  },
  {
    by: 'POST /register',
    event: 'registration.received',
    // What was typed is kept whatever becomes of it.
    apart: ['drafts'],
    async begin({ url }) {
      const visitor = captain(url)
      await visitor.open()
      const registration = aRegistration()
      return async () => (await visitor.sendForm(registration)).status
    },
  },
  {
    by: 'POST /api/v1/registrations',
    event: 'registration.received',
    begin: async ({ url }) => {
      const body = JSON.stringify(aRegistration())
      const headers = { 'content-type': 'application/json' }
      return () => fetch(`${url}/api/v1/registrations`, { method: 'POST', headers, body })
    },
  },
  {
    by: 'POST /api/register/team',
    event: 'registration.received',
    // Files are kept before the team that names them.
    apart: ['files', 'uploads'],
    async begin({ url, demand }) {
      await demand(false)
      const form = aForm()
      return () => register(url, form)
    },
  },
  ...(['confirm', 'reject'] as const).map(
    (decision): Act => ({
      by: `PUT /admin/teams/:teamId/${decision}`,
      event: decision === 'confirm' ? 'registration.approved' : 'registration.rejected',
      async begin({ ctx, url, enter, owner }) {
        const { id } = await enter()
        const { cookie } = await owner()
        const [team] = await ctx.db.read`select code from teams where id = ${id}`
        const asked = { method: 'PUT', cookie, headers: { origin: url } }
        return () => ask(url, `/admin/teams/${team!.code}/${decision}`, asked)
      },
    }),
  ),
  {
    by: 'GET /files/:token/:name',
    event: 'document.viewed',
    async begin({ ctx, url, enter, owner }) {
      const letter = await upload(url, 'pastor_letter', new File([samplePdf()], 'letter.pdf'))
      const { id } = await enter({ documents: [letter] })
      const { cookie } = await owner()
      const [team] = await ctx.db.read`select code from teams where id = ${id}`
      const seen = (await (await ask(url, `/admin/teams/${team!.code}`, { cookie })).json()) as StaffTeamAnswer
      return () => fetch(seen.data.team.pastorLetter)
    },
  },
  {
    by: 'POST /entry/:token/withdrawal',
    event: 'registration.withdrawn',
    async begin({ visit, enter }) {
      const { reference, pin } = await enter()
      const page = (await visit('/entry', { form: { reference, pin } })).headers.get('location')!
      await visit(page)
      return () => visit(`${page}/withdrawal`, { form: { confirmed: 'on' } })
    },
  },
  {
    by: 'POST /entry/link',
    event: 'entry-link.requested',
    isAnsweredFirst: true,
    async begin({ ctx, visit, enter }) {
      const { email } = await enter()
      const ended = () => ctx.logged.filter((line) => /"event":"entry-link\.request(?:ed|-failed)"/.test(line)).length
      return async () => {
        const before = ended()
        const answer = await visit('/entry/link', { form: { email } })
        await untilIs(ended, (count) => count > before)
        return answer
      }
    },
  },
  {
    by: 'POST /admin/registrations/:id/approval',
    event: 'registration.approved',
    begin: async ({ enter, form }) =>
      form(`/admin/registrations/${(await enter()).id}/approval`, { expectedState: 'submitted' }),
  },
  {
    by: 'POST /admin/registrations/:id/rejection',
    event: 'registration.rejected',
    begin: async ({ enter, form }) =>
      form(`/admin/registrations/${(await enter()).id}/rejection`, { expectedState: 'submitted', reason: 'Too late.' }),
  },
  {
    by: 'POST /admin/registrations/:id/reminder',
    event: 'registration.reminded',
    begin: async ({ enter, demand, form }) => {
      const { id } = await enter()
      await demand(true)
      return form(`/admin/registrations/${id}/reminder`)
    },
  },
  ...['', '/picture'].map(
    (of): Act => ({
      by: `GET /admin/registrations/:id/documents/:documentId${of}`,
      event: 'document.viewed',
      async begin({ ctx, url, visit, enter, owner }) {
        const letter = await upload(url, 'pastor_letter', new File([samplePdf()], 'letter.pdf'))
        const { id } = await enter({ documents: [letter] })
        const [document] = await ctx.db.read`select id from documents where team_id = ${id}`
        const { cookie } = await owner()
        return () => visit(`/admin/registrations/${id}/documents/${document!.id}${of}`, { cookie })
      },
    }),
  ),
  {
    by: 'POST /admin/registrations/:id/links',
    event: 'entry-link.issued',
    begin: async ({ enter, form }) => form(`/admin/registrations/${(await enter()).id}/links`),
  },
  {
    by: 'POST /admin/registrations/:id/links/mail',
    event: 'entry-link.mailed',
    begin: async ({ enter, form }) => form(`/admin/registrations/${(await enter()).id}/links/mail`),
  },
  {
    by: 'POST /admin/registrations/:id/links/revocation',
    event: 'entry-link.revoked',
    begin: async ({ enter, form }) => form(`/admin/registrations/${(await enter()).id}/links/revocation`),
  },
  {
    by: 'POST /admin/registrations/:id/links/:linkId/revocation',
    event: 'entry-link.revoked',
    async begin({ ctx, enter, form }) {
      const { id } = await enter()
      const [link] = await ctx.db.read`select id from entry_links where team_id = ${id}`
      return form(`/admin/registrations/${id}/links/${link!.id}/revocation`)
    },
  },
  {
    by: 'POST /admin/mail/:id/sending',
    event: 'mail.sent-again',
    begin: async ({ enter, form }) => form(`/admin/mail/${(await enter()).mail}/sending`),
  },
  {
    by: 'POST /admin/mail/:id/holding',
    event: 'mail.held',
    begin: async ({ enter, form }) => form(`/admin/mail/${(await enter()).mail}/holding`),
  },
  {
    by: 'POST /admin/mail/release',
    event: 'mail.released',
    async begin({ enter, form }) {
      await (await form(`/admin/mail/${(await enter()).mail}/holding`))()
      return form('/admin/mail/release')
    },
  },
  {
    by: 'POST /admin/mail/test',
    event: 'mail.tested',
    begin: ({ form }) => form('/admin/mail/test'),
  },
  {
    by: 'POST /admin/mail/:id/passing',
    event: 'entry-link.issued',
    begin: async ({ enter, form }) => form(`/admin/mail/${(await enter()).mail}/passing`, { by: 'text' }),
  },
  {
    by: 'POST /admin/mail/messages/:kind',
    event: 'message.changed',
    begin: ({ form }) => form('/admin/mail/messages/approved', { subject: 'You are in', body: 'See {link}' }),
  },
  {
    by: 'POST /admin/mail/messages/:kind/default',
    event: 'message.reset',
    async begin({ form }) {
      await (await form('/admin/mail/messages/rejected', { subject: 'Not this time', body: 'See {link}' }))()
      return form('/admin/mail/messages/rejected/default')
    },
  },
  {
    by: 'POST /admin/settings/mail',
    event: 'mail.settings-changed',
    begin: ({ form }) => form('/admin/settings/mail', { mailFromName: 'The office', quietFrom: '', quietTo: '' }),
  },
  {
    by: 'POST /admin/system/dependencies/:name/reset',
    event: 'system.dependency-reset',
    begin: async ({ failOutside, form }) => form(`/admin/system/dependencies/${await failOutside()}/reset`),
  },
  {
    by: 'POST /admin/system/tasks/:name/run',
    event: 'system.task-started',
    begin: ({ task, form }) => form(`/admin/system/tasks/${task}/run`),
  },
  {
    by: 'POST /admin/system/notices/:id/dismissal',
    event: 'system.notice-dismissed',
    async begin({ ctx, form }) {
      ctx.vitals.tell('files-waiting', true)
      return form('/admin/system/notices/files-waiting/dismissal')
    },
  },
  {
    by: 'GET /admin/audit/export.csv',
    event: 'audit.exported',
    async begin({ owner, visit }) {
      const { cookie } = await owner()
      return () => visit('/admin/audit/export.csv', { cookie })
    },
  },
  {
    by: 'POST /admin/erasure',
    event: 'person.erased',
    // Files go when nothing names them any more, and then the traces of rows.
    besides: ['document.erased', 'person.traces-removed'],
    apart: ['files'],
    async begin({ url, enter, form }) {
      const letter = await upload(url, 'pastor_letter', new File([samplePdf(2000)], 'letter.pdf'))
      const { id } = await enter({ documents: [letter] })
      return form('/admin/erasure', { people: `captain:${id}`, teamDocuments: 'on', word: 'erase' })
    },
  },
  ...API_ACTS,
  ...FACTOR_ACTS,
  {
    by: 'teamsheet erase',
    event: 'person.erased',
    besides: ['person.traces-removed'],
    begin: async ({ ctx, enter }) => {
      const place = `captain:${(await enter()).id}`
      return () => erase([place, '--confirm'], shell(ctx))
    },
  },
]

/** What changes nothing of record, and why. */
export const NO_ACTS: Readonly<Record<string, string>> = {
  ...NO_FACTOR_ACTS,
  'POST /register/draft': 'a form that is not sent',
  'POST /register/sections/:section': 'a form that is not sent',
  'POST /register/players': 'a form that is not sent',
  'POST /register/players/removal': 'a form that is not sent',
  'POST /register/files': 'a file of a form that is not sent',
  'POST /register/files/removal': 'a file of a form that is not sent',
  'POST /draft/:token/choice': 'a cookie of this browser',
  'POST /api/v1/uploads': 'a file that no registration names',
  'POST /entry': 'a captain signs in: the link is for this visit, and the log tells of it',
  'POST /api/v1/auth/2fa/setup': 'a secret that does not count yet',
  'POST /admin/mail/messages/:kind/preview': 'words are shown, none are kept',
  'POST /admin/erasure/search': 'people are found; in a body for the sake of their names',
  'POST /admin/sequence/sync': 'tells',
  'teamsheet serve': 'what people do there stands in the table by its routes',
  'teamsheet seed': 'made-up teams and staff, each entered as above',
  'teamsheet files': 'bytes change their place; whose they are stays',
  'teamsheet audit': 'tells',
  'teamsheet config': 'tells',
  'teamsheet healthcheck': 'tells',
  'teamsheet version': 'tells',
  'teamsheet licenses': 'tells',
  'teamsheet help': 'tells',
}

/** What a command is given, beside a running server. */
export const shell = (ctx: World['ctx']) => ({
  open: async () => ({ ctx, close: async () => {} }),
  print() {},
  complain() {},
})
