import { forgetTournaments } from '#src/tournaments/service.ts'
import { mailSettings } from '#test/mail/post-office.ts'
import { type SignedIn, send, signedIn, staffApp } from '#test/support/staff.ts'

export type World = Awaited<ReturnType<typeof openWorld>>

const OUTSIDE = 'stand-in'
const TASK = 'sweep'

/** The whole server with everything that can be acted upon; mail would be sent, and nobody sends it. */
export async function openWorld() {
  const app = await staffApp({ config: { ...mailSettings(1), icct26Api: true } })
  const { ctx, url, visit } = app
  // Forms come from our own pages.
  Object.assign(ctx.config, { publicUrl: url })
  const outside = ctx.vitals.addDependency({
    name: OUTSIDE,
    timeoutMs: 1000,
    deadlineMs: 1000,
    concurrency: { calls: 1, waiting: 1 },
  })
  let runs = 0
  ctx.vitals.tasks.add(TASK, 1000, async () => {
    runs += 1
  })
  let owner: Promise<SignedIn> | undefined
  const openOwner = () => {
    owner ??= signedIn(ctx, 'owner')
    return owner
  }

  /** Whether the tournament insists on a letter. */
  const demand = async (required: boolean) => {
    const kind = { tournament_id: ctx.tournament.id, kind: 'pastor_letter', position: 1, required }
    await ctx.db.write`
      insert into tournament_documents ${ctx.db.write(kind)} on conflict (tournament_id, kind) do update set required = ${required}`
    forgetTournaments(ctx.db)
  }

  return {
    ...app,
    demand,
    /** Signed in when first asked for: there is no set-up once there is an owner. */
    owner: openOwner,
    /** Sends a form of the owner's. */
    async form(path: string, fields: Record<string, string> = {}) {
      const { cookie, csrf } = await openOwner()
      return () => visit(path, { cookie, form: { csrf, ...fields } })
    },
    async enter(about: Parameters<typeof send>[1] = {}) {
      await demand(false)
      const entry = await send(url, about)
      const [row] = await ctx.db.read`
        select m.id as mail, t.captain_email as email from teams t join mails m on m.team_id = t.id where t.id = ${entry.id}`
      return { ...entry, mail: row!.mail as string, email: row!.email as string }
    },
    async failOutside() {
      const fails = () => outside.call(() => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })))
      for (let time = 0; time < ctx.config.breakerFailures; time += 1) await fails().catch(() => {})
      return OUTSIDE
    },
    task: TASK,
    /** What no table holds. */
    memory: () => ({
      runs,
      outside: outside.status().state,
      notices: ctx.vitals.notices().filter(({ kind }) => kind === 'files-waiting').length,
    }),
  }
}

const UNNOTED = '{last_seen_at,last_used_at}'

/** All that is on record, by table, but for `apart` and what is noted of every use. */
export async function recordOf({ ctx, memory }: World, apart: readonly string[]): Promise<Record<string, unknown>> {
  const tables = (await tablesOf(ctx)).filter((table) => !apart.includes(table))
  const rows = await ctx.db.read.unsafe<{ table: string; rows: string[] }[]>(
    tables
      .map(
        (table) =>
          `select '${table}' as table, array_agg(row order by row) as rows from (${rowsOf(table)}) as all_rows`,
      )
      .join(' union all '),
  )
  return { ...memory(), ...Object.fromEntries(rows.map(({ table, rows }) => [table, rows])) }
}

const rowsOf = (table: string) => `select (to_jsonb(t) - '${UNNOTED}'::text[])::text as row from ${table} t`

/** The transactions, by table, that wrote the rows there since `from`. */
export async function writersSince({ ctx }: World, from: number): Promise<{ table: string; by: number }[]> {
  const rows = await ctx.db.read.unsafe<{ table: string; by: number }[]>(
    (await tablesOf(ctx))
      .map(
        (table) =>
          `select distinct '${table}' as table, xmin::text::int as by from ${table} where xmin::text::int > ${from}`,
      )
      .join(' union all '),
  )
  return [...rows]
}

async function tablesOf(ctx: World['ctx']): Promise<string[]> {
  const rows = await ctx.db.read`select tablename as name from pg_tables where schemaname = 'public' order by 1`
  return rows.map(({ name }) => name)
}
