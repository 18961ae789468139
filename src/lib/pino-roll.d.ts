/** It brings no types of its own. */
declare module 'pino-roll' {
  import type { destination } from 'pino'

  type RollOptions = Parameters<typeof destination>[0] & {
    file: string
    /** Such as `10m`. */
    size: string
    /** With `removeOtherLogFiles`, `count` files in all, those of earlier runs among them. */
    limit: { count: number; removeOtherLogFiles: boolean }
  }
  /** Throws, with `sync`, where the first file cannot be opened. */
  export default function roll(options: RollOptions): Promise<ReturnType<typeof destination>>
}
