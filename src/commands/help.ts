import { type Setting, shownDefault, takes } from '#src/config/setting.ts'
import { SETTINGS } from '#src/config.ts'

const COMMANDS = [
  ['serve', 'Start the server (also without a command).'],
  [
    'staff add --email … --name … --role … --password-stdin',
    'Add a member of staff: viewer, reviewer, admin or owner.',
  ],
  ['staff list', 'Print every account: address, name, state, roles.'],
  [
    'staff reset --email … [--password-stdin] [--second-factor]',
    'Print an address at which somebody chooses a new password, or set it; with --second-factor theirs is removed.',
  ],
  [
    'staff disable --email … | staff enable --email …',
    'Sign somebody out everywhere and let them in no more, or let them in again.',
  ],
  [
    'files move --to … [--dry-run]',
    'Move all files to where FILE_STORE says: disk, cloudinary or s3. Safe beside a running server, and goes on where it ended.',
  ],
  ['files verify', 'Read every file and compare it with what was received.'],
  [
    'erase --find … | --of <place> | <place>… [--team-documents] [--confirm]',
    'Look for a person, show what would be erased of them, and erase it.',
  ],
  ['audit verify [--seal …]', 'Tell whether the audit log is as it was sealed.'],
  ['seed', 'Fill an empty development server with invented clubs and teams.'],
  [
    'config [--json] [--example]',
    'Print the settings that hold and where each comes from, or a settings file to begin with.',
  ],
  ['healthcheck', 'Ask the running server whether it is ready.'],
  ['version [--json]', 'Print the version.'],
  ['licenses', 'Print the notices of everything inside.'],
  ['help', 'Print this.'],
] as const

export function help(print: (line: string) => void): number {
  print('Teamsheet: tournament registration in one executable.\n\nCommands')
  for (const [command, does] of COMMANDS) print(`  teamsheet ${command}\n      ${does}`)
  print('\nSettings: the flag, else the environment, else the file that --config names, else the default in brackets.')
  print('NAME_FILE may name a file that holds the value of NAME. Flags are given as --flag value or --flag=value.')
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const names = [name.toUpperCase(), ...(setting.flag ? [`--${setting.flag}`] : []), ...(setting.aliases ?? [])]
    const fallback = shownDefault(setting)
    print(`  ${names.join(' or ')}${fallback ? ` [${fallback}]` : ''}\n      ${setting.does} Takes ${takes(setting)}.`)
  }
  return 0
}
