import { parseArgs } from 'node:util'
import { isRef, type Person, readSearch } from '#src/erasure/model.ts'
import {
  type Erased,
  erasePerson,
  FOUND_MAX,
  findByRefs,
  findByWords,
  findPlacesOf,
  listGoingDocuments,
  surveyErasure,
} from '#src/erasure/service.ts'
import { AppError } from '#src/errors.ts'
import { SYSTEM } from '#src/permissions.ts'
import { type CommandTools, EXIT_USAGE } from './command-tools.ts'

const EXIT_REFUSED = 1
const USAGE = `Usage: teamsheet erase --find <name, phone or e-mail>
       teamsheet erase --of <place>
       teamsheet erase <place>… [--team-documents] [--confirm]`

/**
 * `erase`: a person from the shell. `--find` prints everybody like that, each with the place to name, `--of` every place of one person;
 * places print what would be erased, and with `--confirm` it is. Returns the exit code.
 */
export async function erase(args: string[], { open, print, complain }: CommandTools): Promise<number> {
  const asked = readArguments(args)
  if (typeof asked === 'string') {
    complain(asked)
    complain(USAGE)
    return EXIT_USAGE
  }
  const { ctx, close } = await open({ data: asked.data, config: asked.config })
  try {
    if (asked.find !== undefined) {
      const people = await findByWords(ctx, readSearch(asked.find))
      for (const person of people) print(lineOf(person))
      if (people.length === 0) print('Nobody like that was found.')
      if (people.length === FOUND_MAX) print('There may be more. Search by the whole name, the number or the address.')
      return 0
    }
    if (asked.of !== undefined) {
      const { sure, others } = await findPlacesOf(ctx, asked.of)
      for (const person of sure) print(lineOf(person))
      if (others.length > 0) print('They share a name, a number or an address, and may be somebody else:')
      for (const person of others) print(lineOf(person))
      return 0
    }
    const people = await findByRefs(ctx, asked.refs)
    if (people.length < asked.refs.length) complain('Some of these places are not there, or nobody stands in them.')
    for (const person of people) print(lineOf(person))
    const erasure = { refs: asked.refs, hasTeamDocuments: asked.hasTeamDocuments }
    if (!asked.isConfirmed) {
      for (const { label, whose, fileName } of await listGoingDocuments(ctx, people, asked.hasTeamDocuments))
        print(`document  ${[label, whose, fileName].filter(Boolean).join('  ')}`)
      print(`Would be erased: ${countsOf(await surveyErasure(ctx, SYSTEM, erasure))}.`)
      print('Nothing was erased. Add --confirm to do it; it cannot be undone.')
      return 0
    }
    const { left, ...erased } = await erasePerson(ctx, SYSTEM, erasure)
    print(`Erased: ${countsOf(erased)}.`)
    print('Backups that were made before still have the person; docs/RETENTION.md tells what else may.')
    if (left.length > 0) print('The same person stands here, too:')
    for (const person of left) print(lineOf(person))
    return 0
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    complain(thrown.message)
    return EXIT_REFUSED
  } finally {
    await close()
  }
}

const lineOf = ({ ref, name, team, tournamentName, phone, email, dateOfBirth }: Person) =>
  [ref, name, team ? `${team.code} ${team.name}` : 'a form not sent', tournamentName, phone, email, dateOfBirth]
    .filter(Boolean)
    .join('  ')

const countsOf = (erased: Erased) =>
  Object.entries(erased)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')

type Asked = {
  find?: string
  of?: string
  refs: string[]
  hasTeamDocuments: boolean
  isConfirmed: boolean
  data?: string
  config?: string
}

/** What was asked for, or a sentence that says what is wrong. */
function readArguments(args: string[]): Asked | string {
  try {
    const { values, positionals: refs } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        find: { type: 'string' },
        of: { type: 'string' },
        'team-documents': { type: 'boolean', default: false },
        confirm: { type: 'boolean', default: false },
        data: { type: 'string' },
        config: { type: 'string' },
      },
    })
    const { find, of, data, config } = values
    const asks = [find !== undefined, of !== undefined, refs.length > 0].filter(Boolean)
    if (asks.length !== 1) return 'Name places to erase, or search with --find or --of.'
    const wrong = [...refs, ...(of === undefined ? [] : [of])].find((ref) => !isRef(ref))
    if (wrong !== undefined) return `"${wrong}" is no place; --find prints them.`
    return { find, of, refs, hasTeamDocuments: values['team-documents'], isConfirmed: values.confirm, data, config }
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
}
