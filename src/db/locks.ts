import type { Queryable } from './client.ts'

/**
 * Every advisory lock of the server, in the order in which a transaction may take them: file, file copy, idempotency key, tournament. All end with
 * their transaction. The first number is the lock's class, the second a hash of what it guards; src/teams/add-team.sql takes the last
 * two by the same numbers. `migration`, `setup`, `notices`, `auditSeal`, `keys` and `accounts` are taken alone.
 */
export const LOCKS = {
  migration: 7100,
  file: 7101,
  idempotencyKey: 7102,
  tournament: 7103,
  setup: 7104,
  fileCopy: 7105,
  notices: 7106,
  auditSeal: 7107,
  keys: 7108,
  accounts: 7109,
} as const
export type Lock = keyof typeof LOCKS

/** Waits for the lock and holds it to the end of the transaction. */
export async function takeLock(tx: Queryable, lock: Lock, subject: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(${LOCKS[lock]}::int, hashtext(${subject}))`
}

/** Holds the lock to the end of the transaction, or returns false where somebody else has it. */
export async function tryLock(tx: Queryable, lock: Lock, subject: string): Promise<boolean> {
  const [row] = await tx<{ isTaken: boolean }[]>`
    select pg_try_advisory_xact_lock(${LOCKS[lock]}::int, hashtext(${subject})) as "isTaken"`
  return row!.isTaken
}
