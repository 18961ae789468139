import type { Sql, TransactionSql } from 'postgres'
import { type Cancellable, currentScope, type Scope } from '#src/lib/scope.ts'
import { CANCEL_GRACE_MS, type DriverQuery, Statement } from './statement.ts'
import { type PoolLoad, Turns } from './turns.ts'

type Made = (...args: never[]) => unknown
type Work = (tx: TransactionSql) => unknown

/**
 * The pool as those below a scope use it (lib/scope.ts): every statement and transaction waits for its turn, is counted for the scope
 * that it is run in, and is cancelled with it. A transaction of a cancelled scope takes no further statement and is rolled back.
 */
export function scoped(sql: Sql): Sql {
  const turns = new Turns(sql.options.max)
  return ruled(sql, turns, {
    load: () => turns.load(),
    begin: (...args: [Work] | [string, Work]) => {
      const work = args.at(-1) as Work
      return inTurn(turns, currentScope(), (scope) =>
        transact(sql, args.length > 1 ? (args[0] as string) : '', work, scope),
      )
    },
  })
}

/** Of a pool that `scoped` gave. */
export const loadOf = (pool: Sql): PoolLoad => (pool as unknown as { load(): PoolLoad }).load()

/** The same client, its statements under rules. `own` stands in for what the client has by that name. */
function ruled<T extends object>(client: T, turns: Turns | undefined, own: Record<string, unknown>): T {
  const unsafe = (client as unknown as { unsafe: Made }).unsafe
  const members = { unsafe: (...args: never[]) => rule(unsafe(...args), turns), ...own } as Record<
    string | symbol,
    unknown
  >
  return new Proxy(client, {
    apply: (target, _self, args) => rule((target as unknown as Made)(...(args as never[])), turns),
    get: (target, name) => members[name] ?? Reflect.get(target, name),
  })
}

/** A query runs when it is awaited: then it becomes a statement of whoever awaits it. What is no query, or part of one, stays as it is. */
function rule(made: unknown, turns: Turns | undefined): unknown {
  const query = made as DriverQuery
  if (typeof query.handler !== 'function') return made
  const run = query.handler
  const handler: DriverQuery['handler'] = () => new Statement(query, run, currentScope(), turns).begin()
  handler.debug = run.debug
  query.handler = handler
  return made
}

/** Waits for a connection's turn and holds it until the work has ended, also where nobody waits for that any more. */
function inTurn<T>(turns: Turns, scope: Scope | undefined, work: (scope: Scope | undefined) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    let isWaiting = true
    const turn = {
      start() {
        isWaiting = false
        if (scope !== undefined) scope.sqlMs += performance.now() - startedAt
        work(scope)
          .then(resolve, reject)
          .finally(() => {
            scope?.leave(turn)
            turns.end()
          })
      },
      cancel(reason: unknown) {
        if (isWaiting) turns.leave(turn)
        if (isWaiting) reject(reason)
        else setTimeout(() => reject(reason), CANCEL_GRACE_MS).unref()
      },
    } satisfies Cancellable & { start(): void }
    const reason = scope?.reason
    if (reason !== undefined) return reject(reason)
    scope?.enter(turn)
    try {
      turns.take(turn)
    } catch (error) {
      scope?.leave(turn)
      reject(error)
    }
  })
}

/** The driver's own `begin`, its two statements counted. */
async function transact(sql: Sql, options: string, work: Work, scope: Scope | undefined): Promise<unknown> {
  let since = performance.now()
  const count = () => {
    if (scope === undefined) return
    scope.statements += 1
    scope.sqlMs += performance.now() - since
  }
  try {
    return await sql.begin(options, async (tx) => {
      count()
      try {
        return await work(inTransaction(tx))
      } finally {
        since = performance.now()
      }
    })
  } finally {
    count()
  }
}

function inTransaction(tx: TransactionSql): TransactionSql {
  const savepoint = (...args: [Work] | [string, Work]) => {
    const work = (inner: TransactionSql) => (args.at(-1) as Work)(inTransaction(inner))
    return args.length > 1 ? tx.savepoint(args[0] as string, work) : tx.savepoint(work)
  }
  return ruled(tx, undefined, { savepoint })
}
