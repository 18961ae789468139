import { createHash } from 'node:crypto'
import { canUseHost, HOST_NAMES } from '#src/config/files.ts'
import type { Config } from '#src/config.ts'
import { AppError } from '#src/errors.ts'
import type { Dependency } from '#src/lib/dependency.ts'
import { blame, DependencyError, type Failure } from '#src/lib/dependency-error.ts'
import type { Vitals } from '#src/vitals/vitals.ts'
import { cloudinaryHost } from './cloudinary.ts'
import { isSame } from './digest.ts'
import type { FileHost, HostName } from './host.ts'
import { s3Host } from './s3.ts'

const SECOND_MS = 1000
const RETRIES = { count: 3, firstMs: 500 }
const WAITS_MAX_MS = 4 * SECOND_MS
/** Transfers at once, each with its file in memory, and those that may wait for their turn. */
const CONCURRENCY = { calls: 8, waiting: 100 }
const STATUS_TOO_LARGE = 413
/** Where a host rests and nobody knows for how long. */
const RETRY_AFTER_SECONDS = 30

/** Where a copy is at its host, and what it has to be. */
export type HostedFile = { key: string; bytes: number; digest: Uint8Array }

/** A host behind its breaker, which believes no answer before it has compared. All throw DependencyError; `put` also StatusError, of a file that is too large for it. */
export type GuardedHost = {
  readonly name: HostName
  /** What a call may take: every attempt and the waits between them. */
  readonly callMaxMs: number
  /** Returns when the host has the very bytes. */
  put(file: HostedFile, content: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<void>
  /** `damaged`: there is something else under its name. */
  get(file: HostedFile, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer> | 'missing' | 'damaged'>
  remove(key: string, signal?: AbortSignal): Promise<void>
  /** Whether a call would be refused without a try. */
  isResting(): boolean
}

/** Every host whose settings are given, by name; each stands on the System page. */
export function openHosts(
  config: Config,
  vitals: Pick<Vitals, 'addDependency'>,
  retries = RETRIES,
): ReadonlyMap<HostName, GuardedHost> {
  const make = { cloudinary: cloudinaryHost, s3: s3Host }
  const timeoutMs = config.fileHostTimeout * SECOND_MS
  const callMaxMs = (RETRIES.count + 1) * timeoutMs + WAITS_MAX_MS
  return new Map(
    HOST_NAMES.filter((name) => canUseHost(config, name)).map((name) => {
      const host = vitals.addDependency({
        name,
        timeoutMs,
        deadlineMs: callMaxMs,
        concurrency: CONCURRENCY,
        retries,
        judge: judgeHost,
      })
      return [name, guardHost(make[name](config), host, callMaxMs)]
    }),
  )
}

export function guardHost(host: FileHost, dependency: Dependency, callMaxMs: number): GuardedHost {
  const get = async ({ key, bytes, digest }: HostedFile, signal: AbortSignal) => {
    const content = await host.get(key, bytes, signal)
    if (content === undefined) return 'missing'
    return isSame(content, digest) ? content : 'damaged'
  }
  return {
    name: host.name,
    callMaxMs,
    put: (file, content, signal) =>
      dependency.call(
        async (attempt) => {
          const md5 = await host.put(file.key, content, attempt)
          if (md5 === createHash('md5').update(content).digest('hex')) return
          if (typeof (await get(file, attempt)) === 'string') throw new NotKept()
        },
        { signal },
      ),
    get: (file, signal) => dependency.call((attempt) => get(file, attempt), { signal }),
    remove: (key, signal) => dependency.call((attempt) => host.remove(key, attempt), { signal }),
    isResting() {
      const { state, nextTryAt } = dependency.status()
      return state === 'half-open' || (state === 'open' && nextTryAt !== undefined)
    },
  }
}

/** What a person is told who asks for a file while its host fails. */
export const unavailable = (cause: unknown) => {
  if (!(cause instanceof DependencyError)) return cause
  const { retryAfterMs } = cause
  const retryAfterSeconds = retryAfterMs === undefined ? RETRY_AFTER_SECONDS : Math.ceil(retryAfterMs / SECOND_MS)
  return new AppError('STORAGE_UNAVAILABLE', { cause, retryAfterSeconds: Math.max(1, retryAfterSeconds) })
}

/** It said that it has the file, and has another. */
class NotKept extends Error {
  readonly code = 'NOT_KEPT'
}

/** We ask nothing of a host that it could rightly refuse, but to keep what is too large for it: whatever it answers instead of doing it is its failure, or of our account there. */
function judgeHost(error: unknown): Failure | undefined {
  const { status, code, name } = (error ?? {}) as Record<string, unknown>
  if (status === STATUS_TOO_LARGE) return undefined
  if (typeof status === 'number') return { reason: 'status', detail: String(status) }
  return blame(error) ?? { reason: 'network', detail: String(code ?? name ?? 'unknown') }
}
