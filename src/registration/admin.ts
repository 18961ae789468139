import { Elysia } from 'elysia'
import type { AppContext } from '#src/context.ts'
import { admit } from '#src/http/admit.ts'
import { BODY_NONE } from '#src/http/limits.ts'
import { LIST_LIMIT_DEFAULT, readCursor, writeCursor } from '#src/http/listing.ts'
import { html } from '#src/http/page.ts'
import { staffFrame, staffOf } from '#src/http/staff-frame.ts'
import {
  isTeamState,
  type Place,
  REGISTRATION_SORTS,
  type RegistrationFilter,
  type RegistrationSort,
  SEARCH_LENGTH_MAX,
} from '#src/review/model.ts'
import { findFilterChoices, getOverview, listRegistrations, readPlace } from '#src/review/service.ts'
import { DashboardPage } from '#views/registration/admin-dashboard.tsx'
import { RegistrationList, RegistrationsPage } from '#views/registration/admin-list.tsx'

type Query = Record<string, string | undefined>

/** How registration stands, and every registration there is, for staff. */
export const registrationAdmin = (ctx: AppContext) =>
  new Elysia({ name: 'registration.admin' })
    .use(admit(ctx))
    .get(
      '/admin',
      async ({ actor, tournament }) => {
        const overview = await getOverview(ctx, actor, tournament)
        const { clubLabel, timeZone } = tournament
        const frame = staffFrame(ctx, staffOf(actor), tournament)
        return html(DashboardPage({ frame, clubLabel, timeZone, formHref: '/register', ...overview }))
      },
      { admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE } },
    )
    .get(
      '/admin/registrations',
      async ({ actor, tournament, query, request }) => {
        const [filter, sort] = [readFilter(query), readSort(query)]
        const place = readPlace(sort, (query.cursor && readCursor(query.cursor, sort)) || [])
        const isPart = request.headers.has('hx-request')
        const [page, choices] = await Promise.all([
          listRegistrations(ctx, actor, tournament, filter, { sort, limit: LIST_LIMIT_DEFAULT, place }),
          isPart ? undefined : findFilterChoices(ctx, tournament),
        ])
        const list = {
          rows: page.rows,
          clubLabel: tournament.clubLabel,
          timeZone: tournament.timeZone,
          filter,
          sort,
          sortHref: (other: RegistrationSort) => address(filter, other),
          newerHref: page.newer && address(filter, sort, page.newer),
          olderHref: page.older && address(filter, sort, page.older),
        }
        if (choices === undefined) return html(RegistrationList(list), { fragment: true })
        return html(RegistrationsPage({ ...list, choices, frame: staffFrame(ctx, staffOf(actor), tournament) }))
      },
      { admit: { tier: 'admin', requires: 'registrations.see', body: BODY_NONE } },
    )

/** What a hand-written address gets wrong is left out rather than refused. */
function readFilter({ q, state, club }: Query): RegistrationFilter {
  return {
    q: q?.trim().slice(0, SEARCH_LENGTH_MAX) || undefined,
    state: isTeamState(state) ? state : undefined,
    club: club?.trim().slice(0, SEARCH_LENGTH_MAX) || undefined,
  }
}

const readSort = ({ sort }: Query): RegistrationSort => REGISTRATION_SORTS.find((known) => known === sort) ?? 'newest'

function address(filter: RegistrationFilter, sort: RegistrationSort, place?: Place): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== undefined))
  if (sort !== 'newest') query.set('sort', sort)
  if (place) query.set('cursor', writeCursor(sort, [place.direction, ...place.keys]))
  return query.size === 0 ? '/admin/registrations' : `/admin/registrations?${query}`
}
