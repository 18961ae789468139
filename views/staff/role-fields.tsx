import { m } from '#messages'
import type { Role } from '#src/permissions.ts'
import { Field } from '#views/parts/field.tsx'
import { roleWord } from './words.ts'

/** What somebody may give, and where. */
export type Giving = {
  roles: readonly Role[]
  tournaments: { id: string; name: string }[]
  /** Whether also for all tournaments at once. */
  isForAll: boolean
}

/** A role, and the tournament it counts for. */
export function RoleFields({
  roles,
  tournaments,
  isForAll,
  role = 'viewer',
  tournament,
  error,
}: Giving & { role?: string; tournament?: string; error?: string }) {
  return (
    <>
      <Field
        name="role"
        label={m.auth_role()}
        type="select"
        options={roles.map((value) => ({ value, label: roleWord(value) }))}
        value={role}
        hint={roles.includes('owner') ? m.accounts_owner_hint() : undefined}
        error={error}
        required
      />
      <Field
        name="tournament"
        label={m.accounts_tournament()}
        type="select"
        options={tournaments.map(({ id, name }) => ({ value: id, label: name }))}
        emptyLabel={isForAll ? m.accounts_all_tournaments() : undefined}
        value={tournament ?? (isForAll ? '' : tournaments[0]?.id)}
      />
    </>
  )
}
