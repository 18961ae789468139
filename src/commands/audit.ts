import { parseArgs } from 'node:util'
import { type Breach, type Verdict, verifyAudit } from '#src/audit/service.ts'
import { type CommandTools, EXIT_USAGE } from './command-tools.ts'

const EXIT_BROKEN = 1
const USAGE = 'Usage: teamsheet audit verify [--seal <hash>]'
const SEAL = /^[\da-f]{64}$/

/**
 * `audit verify`: whether the audit log is as it was sealed; with `--seal` also whether it still holds the batch of that hash, which the
 * log or an earlier verification told. Returns the exit code: 1 where it is not.
 */
export async function audit(args: string[], { open, print, complain }: CommandTools): Promise<number> {
  const asked = readArguments(args)
  if (typeof asked === 'string') {
    complain(asked)
    complain(USAGE)
    return EXIT_USAGE
  }
  const { ctx, close } = await open({ data: asked.data, config: asked.config })
  try {
    const verdict = await verifyAudit(ctx, asked.seal)
    if (verdict.breach) {
      complain(`The audit log is broken: ${wordsOf(verdict.breach)}.`)
      return EXIT_BROKEN
    }
    if (asked.seal !== undefined && !verdict.isSealFound) {
      complain(`The audit log has no batch of the seal ${asked.seal}: what it held was removed, or has expired.`)
      return EXIT_BROKEN
    }
    for (const line of toldOf(verdict)) print(line)
    return 0
  } finally {
    await close()
  }
}

function toldOf({ entries, batches, unsealed, masked, seal }: Verdict): string[] {
  return [
    `The audit log is whole: entries ${entries}, batches ${batches}, entries not sealed yet ${unsealed}, masked ${masked}.`,
    ...(seal === undefined ? [] : [`The newest seal is ${seal}`]),
  ]
}

function wordsOf({ what, batch, entryIds }: Breach): string {
  const ids = `${entryIds.length === 1 ? 'entry' : 'entries'} ${entryIds.join(', ')}`
  switch (what) {
    case 'order':
      return `batch ${batch} does not follow the one before it; a batch was removed, put in or moved`
    case 'batch':
      return `batch ${batch} was changed`
    case 'changed':
      return `${ids} of batch ${batch} changed after being sealed`
    case 'removed':
      return batch === undefined ? `${ids} removed before being sealed` : `${ids} of batch ${batch} removed`
    case 'unknown':
      return entryIds.length === 0 ? 'an entry is in more than one batch' : `${ids} not in any batch`
  }
}

type Asked = { seal?: string; data?: string; config?: string }

/** What was asked for, or a sentence that says what is wrong. */
function readArguments(args: string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { seal: { type: 'string' }, data: { type: 'string' }, config: { type: 'string' } },
    })
    if (positionals.length !== 1 || positionals[0] !== 'verify')
      return 'There is one thing to do with the audit log here: verify.'
    if (values.seal !== undefined && !SEAL.test(values.seal)) return '--seal takes the 64 characters of a batch’s hash.'
    return values
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
}
