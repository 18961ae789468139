import { m } from '#messages'
import { AppError, type FieldError } from '#src/errors.ts'

export const LIST_LIMIT_DEFAULT = 50
export const LIST_LIMIT_MAX = 100
const CURSOR_LENGTH_MAX = 500

type Query = Record<string, string | undefined>
export type Listing<Sort extends string> = { limit: number; sort: Sort; after: string[] | undefined }

/**
 * `limit`, `cursor` and `sort` of a list's address. A cursor is opaque: it holds the keys of the last item given.
 * Throws VALIDATION_FAILED naming each wrong one.
 */
export function readListing<Sort extends string>(query: Query, sorts: readonly [Sort, ...Sort[]]): Listing<Sort> {
  const errors: FieldError[] = []
  const limit = query.limit === undefined ? LIST_LIMIT_DEFAULT : Number(query.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > LIST_LIMIT_MAX)
    errors.push({ field: 'limit', code: 'range', message: m.listing_limit({ max: LIST_LIMIT_MAX }) })
  const sort = sorts.find((name) => name === (query.sort ?? sorts[0]))
  if (sort === undefined)
    errors.push({ field: 'sort', code: 'choice', message: m.listing_sort({ choices: sorts.join(', ') }) })
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, sort ?? sorts[0])
  if (after === null) errors.push({ field: 'cursor', code: 'cursor', message: m.listing_cursor() })
  if (errors.length > 0 || sort === undefined || after === null) throw new AppError('VALIDATION_FAILED', { errors })
  return { limit, sort, after }
}

export const writeCursor = (sort: string, keys: readonly (string | number)[]) =>
  Buffer.from(JSON.stringify([sort, ...keys.map(String)])).toString('base64url')

/** What `writeCursor` was given for this sort; null for anything else. */
export function readCursor(cursor: string, sort: string): string[] | null {
  if (cursor.length > CURSOR_LENGTH_MAX) return null
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (
      !Array.isArray(parts) ||
      parts[0] !== sort ||
      !parts.every((part) => typeof part === 'string' && !part.includes('\0'))
    )
      return null
    return parts.slice(1)
  } catch {
    return null
  }
}

/**
 * A page of a list from `limit + 1` rows: the items, and the cursor of the next page where there is one.
 * `keysOf` gives what the list is ordered by.
 */
export function page<Row, Item>(
  rows: readonly Row[],
  { limit, sort }: { limit: number; sort: string },
  keysOf: (row: Row) => (string | number)[],
  itemOf: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(itemOf),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(sort, keysOf(last)) : null,
  }
}
