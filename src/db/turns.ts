import { m } from '#messages'
import { AppError } from '#src/errors.ts'

/** A few seconds' work for a small machine: thousands of clients at once are served one after another, an endless queue is not begun. */
const WAITING_MAX = 4096
const RETRY_AFTER_SECONDS = 5

/** Something that runs on a connection once it is its turn. */
export type Turn = { start(): void }

/** How many connections of a pool are in use, how many there may be, and how much work waits for one. */
export type PoolLoad = { taken: number; connections: number; waiting: number }

/**
 * Who may use a pool's connections: as many at a time as there are, the others in the order in which they came. The driver's own queue
 * has no end, and nobody can safely leave it.
 */
export class Turns {
  private taken = 0
  private readonly waiting = new Set<Turn>()

  constructor(
    private readonly connections: number,
    private readonly waitingMax = WAITING_MAX,
  ) {}

  /** Starts it as soon as a connection is free. Throws SERVER_BUSY where too many wait. */
  take(turn: Turn): void {
    if (this.taken < this.connections) {
      this.taken += 1
      turn.start()
      return
    }
    if (this.waiting.size >= this.waitingMax)
      throw new AppError('SERVER_BUSY', {
        message: m.database_busy(),
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      })
    this.waiting.add(turn)
  }

  /** Whether it waited; it will not start then. */
  leave(turn: Turn): boolean {
    return this.waiting.delete(turn)
  }

  load(): PoolLoad {
    return { taken: this.taken, connections: this.connections, waiting: this.waiting.size }
  }

  /** The connection is free for the next. */
  end(): void {
    const [next] = this.waiting
    if (next === undefined) {
      this.taken -= 1
      return
    }
    this.waiting.delete(next)
    next.start()
  }
}
