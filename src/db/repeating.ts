import type { Sql } from 'postgres'
import { retryTransient } from './retry.ts'

/** What we use of the driver's queries, of which its types tell nothing. */
type DriverQuery = PromiseLike<unknown> & {
  handler?: unknown
  isRaw?: unknown
  forEachFn?: unknown
  cursorFn?: unknown
}
type Call = (strings: TemplateStringsArray, ...values: unknown[]) => DriverQuery
type Work = Parameters<Sql['begin']>[1]

const READS = /^\s*(?:select|with)\b/i
const WRITES = /\b(?:insert|update|delete|share|lock|merge|nextval|setval|set_config|add_team|pg_\w+)\b/i
const knownReads = new WeakMap<TemplateStringsArray, boolean>()

/**
 * The pool, with statements that only read sent again when the database fails in a way that passes, whatever became of the first; and a
 * transaction begun again, its callback with it, when it is known to have changed nothing.
 */
export function repeating(sql: Sql): Sql {
  const begin = (...args: [Work] | [string, Work]) =>
    retryTransient(() => sql.begin(...(args as [Work])) as Promise<unknown>, { safe: 'when-undone' })
  return new Proxy(sql, {
    apply(target, _self, args: [TemplateStringsArray, ...unknown[]]) {
      const make = () => (target as unknown as Call)(...args)
      const query = make()
      return Array.isArray(args[0]?.raw) && isRead(args[0]) ? repeatWhenAwaited(query, make) : query
    },
    get: (target, name) => (name === 'begin' ? begin : Reflect.get(target, name)),
  })
}

/** A query is sent when it is awaited. One that is a part of another never is, and stays as it was made. */
function repeatWhenAwaited(query: DriverQuery, make: () => DriverQuery): DriverQuery {
  const send = query.then.bind(query)
  let answer: Promise<unknown> | undefined
  // biome-ignore lint/suspicious/noThenProperty: it is a promise already.
  query.then = (done, failed) => {
    if (query.isRaw || query.forEachFn || query.cursorFn) return send(done, failed)
    answer ??= retryTransient(
      (attempt) => (attempt === 1 ? new Promise<unknown>((resolve, reject) => send(resolve, reject)) : make()),
      {
        safe: 'anyway',
      },
    )
    return answer.then(done, failed) as never
  }
  return query
}

function isRead(strings: TemplateStringsArray): boolean {
  let known = knownReads.get(strings)
  if (known === undefined) {
    const text = strings.join(' ')
    known = READS.test(text) && !WRITES.test(text)
    knownReads.set(strings, known)
  }
  return known
}
