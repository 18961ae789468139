import { join } from 'node:path'
import { capture } from './tools.ts'

const TIMEOUT_SECONDS = 30

export type Load = { clients: number; seconds: number }
export type Rate = { perSecond: number; medianMs: number; slowestHundredthMs: number }

/** Requests a second that clients reach who ask for one address again and again. Throws when any answer is not a success. */
export const getRepeatedly = (url: string, load: Load): Promise<Rate> => wrk(url, 'get.lua', [], load)

/** Posts a JSON body in which every `mark` is replaced by the next number from `first`. */
export const postRepeatedly = (url: string, body: string, mark: string, first: number, load: Load): Promise<Rate> =>
  wrk(url, 'post.lua', [body, mark, String(first)], load)

async function wrk(url: string, script: string, args: string[], { clients, seconds }: Load): Promise<Rate> {
  const output = await capture([
    ...['wrk', '--threads', '1', '--connections', String(clients), '--duration', `${seconds}s`],
    ...['--timeout', `${TIMEOUT_SECONDS}s`, '--script', join(import.meta.dir, script), url, '--', ...args],
  ])
  const line = output.split('\n').find((text) => text.startsWith('{'))
  if (line === undefined) throw new Error(`wrk said: ${output}`)
  const { requests, errors, durationUs, medianUs, slowestHundredthUs } = JSON.parse(line) as Record<string, number>
  if (errors! > 0) throw new Error(`${errors} of ${requests} answers of ${url} were no success.`)
  return {
    perSecond: requests! / (durationUs! / 1e6),
    medianMs: medianUs! / 1000,
    slowestHundredthMs: slowestHundredthUs! / 1000,
  }
}
