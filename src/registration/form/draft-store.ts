import type { Queryable } from '#src/db/client.ts'
import type { DraftForm } from './draft-form.ts'

export type Draft = { id: string; tournamentId: string; form: DraftForm; teamId: string | null }

const DRAFT = 'id, tournament_id as "tournamentId", form, team_id as "teamId"'

export async function findDraft(sql: Queryable, tokenHash: Uint8Array): Promise<Draft | undefined> {
  const [row] = await sql<Draft[]>`select ${sql.unsafe(DRAFT)} from drafts where token_hash = ${tokenHash}`
  return row
}

/** Those of the ids that are drafts and not sent. */
export const listUnsentDrafts = (sql: Queryable, ids: readonly string[]): Promise<Draft[]> => sql<Draft[]>`
  select ${sql.unsafe(DRAFT)} from drafts where id = any(${ids as string[]}::uuid[]) and team_id is null`

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

/** Drafts that are not sent, with one of the texts (in lower case) or one of the rows of digits somewhere in them. */
export const searchDrafts = (
  sql: Queryable,
  texts: readonly string[],
  digits: readonly string[],
  most: number,
): Promise<Draft[]> => sql<Draft[]>`
  select ${sql.unsafe(DRAFT)} from drafts
  where team_id is null and (
    exists (select from unnest(${texts as string[]}::text[]) word where position(word in lower(form::text)) > 0)
    or exists (select from unnest(${digits as string[]}::text[]) number
      where position(number in regexp_replace(form::text, '[ ()+-]', '', 'g')) > 0))
  order by updated_at desc limit ${most}`

/** As it stands, held to the end of the transaction. */
export async function lockDraft(tx: Queryable, id: string): Promise<Draft | undefined> {
  const [row] = await tx<Draft[]>`select ${tx.unsafe(DRAFT)} from drafts where id = ${id} for update`
  return row
}

export async function replaceForm(tx: Queryable, id: string, form: DraftForm): Promise<void> {
  await tx`update drafts set form = ${JSON.stringify(form)}::text::jsonb where id = ${id}`
}

/** The drafts that became the team, held to the end of the transaction. */
export async function lockDraftsOf(tx: Queryable, teamId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`select id from drafts where team_id = ${teamId} for update`
  return rows.map(({ id }) => id)
}
