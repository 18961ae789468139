import { SETTINGS } from '#src/config.ts'

const COMMANDS = [
  ['serve', 'Start the server (also without a command).'],
  [
    'staff add --email … --name … --role … --password-stdin',
    'Add a member of staff: viewer, reviewer, admin or owner.',
  ],
  ['seed', 'Fill an empty development server with invented clubs and teams.'],
  ['healthcheck', 'Ask the running server whether it is ready.'],
  ['version [--json]', 'Print the version.'],
  ['licenses', 'Print the notices of everything inside.'],
  ['help', 'Print this.'],
] as const

export function help(print: (line: string) => void): number {
  print('Teamsheet: tournament registration in one executable.\n\nCommands')
  for (const [command, does] of COMMANDS) print(`  teamsheet ${command}\n      ${does}`)
  print('\nSettings (environment, or the flag; a value may also be read from the file that NAME_FILE names)')
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const flag = 'flag' in setting ? ` or --${setting.flag}` : ''
    const fallback = setting.schema.default === undefined ? '' : ` [${String(setting.schema.default)}]`
    print(`  ${name.toUpperCase()}${flag}${fallback}\n      ${setting.does}`)
  }
  return 0
}
