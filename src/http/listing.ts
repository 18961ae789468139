import { type TSchema, Type as t } from '@sinclair/typebox'
import type { OpenAPIV3 } from 'openapi-types'
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

/** A page of a list as a model. */
export const listOf = (item: TSchema) =>
  t.Object({
    items: t.Array(item),
    nextCursor: t.Union([t.String(), t.Null()], { description: 'Null on the last page.' }),
  })

/** `limit`, `cursor` and `sort` for the API's description. */
export const listingParameters = (sorts: readonly string[]): OpenAPIV3.ParameterObject[] => [
  {
    name: 'limit',
    in: 'query',
    schema: { type: 'integer', minimum: 1, maximum: LIST_LIMIT_MAX, default: LIST_LIMIT_DEFAULT },
  },
  { name: 'cursor', in: 'query', schema: { type: 'string' }, description: 'The nextCursor of the page before.' },
  { name: 'sort', in: 'query', schema: { type: 'string', enum: [...sorts], default: sorts[0] } },
]
