/** Chance that can be had again: the same seed gives the same choices, on every machine. */
export type Random = {
  /** From 0 to just under 1. */
  next(): number
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number
  isOneIn(count: number): boolean
  pick<T>(items: readonly T[]): T
  bytes(length: number): Buffer
}

/** `index` tells the requests of one run apart, so that each can be made alone again (mulberry32 over a mixed seed). */
export function random(seed: number, index: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    whole,
    isOneIn: (count) => next() * count < 1,
    pick: (items) => items[whole(0, items.length - 1)]!,
    bytes: (length) => Buffer.from(Array.from({ length }, () => whole(0, 255))),
  }
}
