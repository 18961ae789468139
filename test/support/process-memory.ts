import { readFileSync, writeFileSync } from 'node:fs'

const KIB = 1024
/** What lets a process' high-water mark begin anew (proc(5), clear_refs). */
const FORGET_HIGH_WATER = '5'

/** Bytes that a process has of its own and shares with nobody (proc(5), smaps_rollup). */
export const privateBytes = (pid: number) =>
  fieldOf(pid, 'smaps_rollup', 'Private_Clean') + fieldOf(pid, 'smaps_rollup', 'Private_Dirty')

/** The most bytes it has had in memory at once since it began, or since `forgetHighWater`. */
export const highWaterBytes = (pid: number) => fieldOf(pid, 'status', 'VmHWM')

export const forgetHighWater = (pid: number) => writeFileSync(`/proc/${pid}/clear_refs`, FORGET_HIGH_WATER)

function fieldOf(pid: number, file: string, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))
  if (line === null) throw new Error(`/proc/${pid}/${file} has no ${name}.`)
  return Number(line[1]) * KIB
}
