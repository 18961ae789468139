import type { Sql } from 'postgres'
import manifest from '../../../package.json' with { type: 'json' }
import { jobsOver } from './executor.ts'
import { JOBS_SCHEMA, QUEUES } from './queues.ts'

/** What the schema was made by: changes with pg-boss' version and with the queues. */
const MADE_BY = `pg-boss ${manifest.dependencies['pg-boss']} ${Bun.hash(JSON.stringify(QUEUES)).toString(16)}`

/** Makes or changes pg-boss' own tables and our queues, as the owner of the database. Where nothing changed it asks only that. */
export async function installJobs(sql: Sql): Promise<void> {
  const [present] = await sql`
    select obj_description(oid, 'pg_namespace') as "madeBy" from pg_namespace where nspname = ${JOBS_SCHEMA}`
  if (present?.madeBy === MADE_BY) return
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({ db: jobsOver(sql), schema: JOBS_SCHEMA, supervise: false, schedule: false })
  let failure: unknown
  boss.on('error', (error) => {
    failure = error
  })
  await boss.start()
  for (const [name, options] of Object.entries(QUEUES)) {
    if (await boss.getQueue(name)) {
      const { policy: _, ...changeable } = options
      await boss.updateQueue(name, changeable)
    } else await boss.createQueue(name, options)
  }
  await boss.stop({ graceful: false, close: false })
  if (failure) throw failure
  await sql.unsafe(`comment on schema ${JOBS_SCHEMA} is '${MADE_BY}'`)
}
