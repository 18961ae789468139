import { readConfig } from '#src/config.ts'
import type { AppContext, Tournament } from '#src/context.ts'
import { fingerprint } from '#src/idempotency/service.ts'
import { makeKeys } from '#src/lib/keys.ts'
import { checkForm } from '#src/registration/check.ts'
import { prepareEntry } from '#src/registration/prepare.ts'
import { newSecrets } from '#src/registration/secrets.ts'
import { aRegistration } from '#test/support/registrations.ts'

/** Stands in a template where each registration has its own number; eight digits, so that it may stand in names, UUIDs and digests. */
export const MARK = '10203040'
/** Whose numbers begin where: nothing the bench writes meets anything else it writes. */
export const NUMBERS = { seeded: 11_000_000, posted: 21_000_000, pgbench: 61_000_000 } as const
let reserved = 0
/** The first of as many numbers as are asked for; nobody gets them again. */
export function reserveNumbers(count: number): number {
  reserved += count
  return NUMBERS.posted + reserved - count
}

/** A registration of eleven as a client posts it. */
export const bodyTemplate = () => aRegistration(unlikeAnyOther())

/** The same registration as the server hands it to `add_team`, every id, digest and name of it made of the number. */
export function entryTemplate(tournament: Tournament): string {
  const ctx = { config: readConfig({}, {}, () => ''), keys: makeKeys(MARK), now: () => new Date() } as AppContext
  const { form } = checkForm(tournament, bodyTemplate())
  const prepared = { form, documents: [], door: 'api', key: undefined, draftId: undefined } as const
  const secrets = { ...newSecrets(), reference: MARK }
  const entry = prepareEntry(ctx, tournament, { ...prepared, fingerprint: fingerprint(form) }, secrets)
  entry.link.tokenHash = `${MARK}${entry.link.tokenHash.slice(MARK.length)}`
  return withOwnIds(JSON.stringify(entry), tournament.id)
}

function unlikeAnyOther() {
  const { captain, viceCaptain } = aRegistration()
  return {
    teamName: `Kings of ${MARK}`,
    clubName: `Church of ${MARK}`,
    captain: { ...captain, email: `samuel.${MARK}@example.org` },
    viceCaptain: { ...viceCaptain, email: `thomas.${MARK}@example.org` },
  }
}

/** Each UUID in its order, but for the one that all registrations share. */
function withOwnIds(text: string, shared: string): string {
  const ids = new Set(text.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g))
  ids.delete(shared)
  const sorted = [...ids].sort()
  return sorted.reduce(
    (entry, id, index) => entry.replaceAll(id, `${MARK}-0000-7000-8000-${String(index).padStart(12, '0')}`),
    text,
  )
}
