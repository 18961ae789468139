import type { Queryable } from '#src/db/client.ts'
import type { DraftForm } from './draft-form.ts'

export type Draft = { id: string; tournamentId: string; form: DraftForm; teamId: string | null }

const DRAFT = 'id, tournament_id as "tournamentId", form, team_id as "teamId"'

export async function findDraft(sql: Queryable, tokenHash: Uint8Array): Promise<Draft | undefined> {
  const [row] = await sql<Draft[]>`select ${sql.unsafe(DRAFT)} from drafts where token_hash = ${tokenHash}`
  return row
}

type Typed = { tokenHash: Uint8Array; tournamentId: string; form: DraftForm; now: Date }

/** Keeps the form; what was registered stays as it was. Undefined where the tournament has no draft of this token. */
export async function updateDraft(sql: Queryable, draft: Typed): Promise<Draft | undefined> {
  const [row] = await sql<Draft[]>`
    update drafts set form = case when team_id is null then ${JSON.stringify(draft.form)}::text::jsonb else form end, updated_at = ${draft.now}
    where token_hash = ${draft.tokenHash} and tournament_id = ${draft.tournamentId}
    returning ${sql.unsafe(DRAFT)}`
  return row
}

/** Undefined where there is a draft of this token already. */
export async function insertDraft(sql: Queryable, draft: Typed): Promise<Draft | undefined> {
  const [row] = await sql<Draft[]>`
    insert into drafts (id, tournament_id, token_hash, form, updated_at)
    values (${Bun.randomUUIDv7()}, ${draft.tournamentId}, ${draft.tokenHash}, ${JSON.stringify(draft.form)}::text::jsonb, ${draft.now})
    on conflict (token_hash) do nothing
    returning ${sql.unsafe(DRAFT)}`
  return row
}

/** Drafts that nobody touched since, oldest first, held to the end of the transaction. */
export async function lockOldDrafts(tx: Queryable, before: Date, limit: number): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from drafts where updated_at < ${before} order by updated_at limit ${limit} for update skip locked`
  return rows.map((row) => row.id)
}

export async function deleteDrafts(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx`delete from drafts where id in ${tx(ids)}`
}
