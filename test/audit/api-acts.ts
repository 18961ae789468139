import type { Act } from './table.ts'
import type { World } from './world.ts'

const KEY = { name: 'Scoreboard', reach: 'tournament', life: '90', 'scope:registrations.see': 'on' }

/** What programs do, and what is done about their keys. */
export const API_ACTS: readonly Act[] = [
  {
    by: 'POST /admin/keys',
    event: 'key.made',
    begin: ({ form }) => form('/admin/keys', { ...KEY, id: Bun.randomUUIDv7() }),
  },
  {
    by: 'POST /admin/keys/:id/revocation',
    event: 'key.revoked',
    begin: async (world) => world.form(`/admin/keys/${await makeKey(world)}/revocation`),
  },
]

async function makeKey({ form }: World): Promise<string> {
  const id = Bun.randomUUIDv7()
  await (await form('/admin/keys', { ...KEY, id }))()
  return id
}
