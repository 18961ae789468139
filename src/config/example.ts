import { shownDefault, type Table, takes } from './setting.ts'

const HEAD = [
  'Every setting there is, none of them compulsory; uncomment what is to be changed. For `teamsheet --config FILE`, for',
  'EnvironmentFile= of systemd and env_file of compose. NAME_FILE may name a file that holds the value of NAME.',
]

/** A settings file in which every setting stands as a comment, with what it takes, its default and what it does. */
export function exampleFile(table: Table): string {
  const settings = Object.entries(table).filter(([name]) => name !== 'config_file')
  const parts = settings.map(([name, setting]) => {
    const also = setting.aliases ? [`Also called ${setting.aliases.join(', ')}.`] : []
    const others = setting.defaultIn ? [`Default: ${shownDefault(setting)}.`] : []
    return [setting.does, `Takes ${takes(setting)}.`, ...others, ...also]
      .map((line) => `# ${line}`)
      .concat(`#${name.toUpperCase()}=${setting.schema.default ?? ''}`)
      .join('\n')
  })
  return `${[HEAD.map((line) => `# ${line}`).join('\n'), ...parts].join('\n\n')}\n`
}
