/** `bun scripts/settings.ts`: writes the table of settings in README.md and the file .env.example anew, from src/config.ts. */
import { join } from 'node:path'
import { exampleFile } from '#src/config/example.ts'
import { type Setting, shownDefault, takes } from '#src/config/setting.ts'
import { SETTINGS } from '#src/config.ts'
import { bun, main, ROOT } from './steps.ts'

const README = join(ROOT, 'README.md')
const EXAMPLE = join(ROOT, '.env.example')
const TABLE = /^\| name +\|.*\n(?:\|.*\n)+/m

/** The rows of the README's table, without the space that lines their columns up. */
export const readmeRows = (): string[] =>
  Object.entries<Setting>(SETTINGS).map(([name, setting]) => {
    const names = [name.toUpperCase(), ...(setting.aliases ?? []), ...(setting.flag ? [`--${setting.flag}`] : [])]
    const fallback = shownDefault(setting)
    return `| ${names.map((each) => `\`${each}\``).join(', ')} | ${takes(setting)} | ${fallback ? `\`${fallback}\` ` : ''}| ${setting.does} |`
  })

async function writeSettings(): Promise<number> {
  const table = ['| name | takes | default | what it does |', '|---|---|---|---|', ...readmeRows(), ''].join('\n')
  await Bun.write(
    README,
    (await Bun.file(README).text()).replace(TABLE, () => table),
  )
  await Bun.write(EXAMPLE, exampleFile(SETTINGS))
  await bun(['x', 'biome', 'check', '--write', 'README.md'], { isQuiet: true })
  return 0
}

if (import.meta.main) await main(writeSettings)
