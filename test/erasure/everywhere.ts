import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppContext } from '#src/context.ts'
import type { TestContext } from '#test/support/context.ts'

/** Where any of the words stands, whatever its case: in a row of any table, every column as text; in a file of the directory, or in its name. */
export async function findEverywhere(ctx: AppContext, dir: string, words: readonly string[]): Promise<string[]> {
  const wanted = words.map((word) => word.toLowerCase())
  const has = (text: string) => wanted.filter((word) => text.includes(word))
  const found: string[] = []
  const tables = await ctx.db.read<{ table: string }[]>`
    select format('%I.%I', table_schema, table_name) as table from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`
  for (const { table } of tables)
    for (const { row } of await ctx.db.read<
      { row: string }[]
    >`select lower(one::text) as row from ${ctx.db.read.unsafe(table)} one`)
      found.push(...has(row).map((word) => `${table}: ${word}`))
  for (const path of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const whole = join(path.parentPath, path.name)
    const content = path.isFile() ? await readFile(whole, 'latin1') : ''
    found.push(...has(`${path.name} ${content}`.toLowerCase()).map((word) => `${whole}: ${word}`))
  }
  return found
}

/**
 * Where any of the words stands in the files of the database itself, its indexes among them. The write-ahead log is elsewhere; of the
 * planner's former samples only a vacuum of the catalogue takes leave.
 */
export async function findInDatabaseFiles({ owner }: TestContext, words: readonly string[]): Promise<string[]> {
  const wanted = words.map((word) => word.toLowerCase())
  await owner`checkpoint`
  const [own] = await owner`
    select current_setting('data_directory') || '/base/' || oid as dir, pg_relation_filenode('pg_statistic')::text as samples
    from pg_database where datname = current_database()`
  const found: string[] = []
  for (const path of await readdir(own!.dir, { withFileTypes: true })) {
    if (!path.isFile() || path.name === own!.samples) continue
    // A file that the database has done away with meanwhile holds nothing.
    const content = await readFile(join(own!.dir, path.name), 'latin1').catch(() => '')
    const text = content.toLowerCase()
    found.push(...wanted.filter((word) => text.includes(word)).map((word) => `${path.name}: ${word}`))
  }
  return found
}
