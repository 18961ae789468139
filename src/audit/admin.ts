import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { contentDisposition } from '#src/http/content-disposition.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { LIST_LIMIT_DEFAULT, readCursor, writeCursor } from '#src/http/listing.ts'
import { html } from '#src/http/page.ts'
import { staffFrame, staffOf } from '#src/http/staff-frame.ts'
import { AuditLogPage } from '#views/audit/log.tsx'
import { exportAudit } from './export.ts'
import { listAudit, readAuditFilter, readAuditPlace } from './log.ts'
import type { AuditFilter, AuditPlace } from './model.ts'

const SORT = 'newest'
const PAGE = '/admin/audit'
const EXPORT = '/admin/audit/export.csv'

/** Who did what, for whoever may see it: as a page, and as a file. */
export const auditAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'audit.admin' })
    .use(admit(ctx))
    .get(
      PAGE,
      async ({ actor, tournament, query }) => {
        const filter = readAuditFilter(query)
        const place = readAuditPlace((query.cursor && readCursor(query.cursor, SORT)) || [])
        const page = await listAudit(ctx, actor, tournament, filter, { limit: LIST_LIMIT_DEFAULT, place })
        return html(
          AuditLogPage({
            frame: staffFrame(ctx, staffOf(actor), tournament),
            rows: page.rows,
            choices: page.choices,
            filter,
            timeZone: tournament.timeZone,
            newerHref: page.newer && address(PAGE, filter, page.newer),
            olderHref: page.older && address(PAGE, filter, page.older),
            exportHref: address(EXPORT, filter),
          }),
        )
      },
      { admit: { tier: 'admin', requires: 'audit.see', body: BODY_NONE } },
    )
    .get(
      EXPORT,
      async ({ actor, tournament, query }) => {
        const file = await exportAudit(ctx, staffOf(actor), tournament, readAuditFilter(query))
        const day = ctx.now().toISOString().slice(0, 'yyyy-mm-dd'.length)
        return new Response(file, {
          headers: {
            'content-type': 'text/csv; charset=utf-8',
            'content-disposition': contentDisposition('attachment', `audit-log-${day}.csv`),
            'cache-control': 'no-store',
          },
        })
      },
      { admit: { tier: 'download', requires: 'audit.see', confirmed: true, body: BODY_NONE } },
    )

function address(path: string, filter: AuditFilter, place?: AuditPlace): string {
  const query = new URLSearchParams(Object.entries(filter))
  if (place) query.set('cursor', writeCursor(SORT, [place.direction, place.at, place.id]))
  return query.size === 0 ? path : `${path}?${query}`
}
