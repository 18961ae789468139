import { expect, test } from 'bun:test'
import { help } from '#src/commands/help.ts'
import { licenses } from '#src/commands/licenses.ts'
import { version } from '#src/commands/version.ts'
import { SETTINGS } from '#src/config.ts'
import manifest from '../../package.json' with { type: 'json' }

async function printedBy(command: (print: (line: string) => void) => number | Promise<number>): Promise<string> {
  const lines: string[] = []
  expect(await command((line) => void lines.push(line))).toBe(0)
  return lines.join('\n')
}

test('the version, to people and to programs', async () => {
  expect(await printedBy((print) => version([], print))).toStartWith(`teamsheet ${manifest.version} (`)
  const facts = JSON.parse(await printedBy((print) => version(['--json'], print)))
  expect(facts).toEqual({ version: manifest.version, bun: Bun.version, platform: process.platform, arch: process.arch })
})

test('help tells of every setting, and of its flag where it has one', async () => {
  const text = await printedBy(help)
  for (const [name, setting] of Object.entries(SETTINGS)) {
    expect(text).toContain(`  ${name.toUpperCase()}`)
    expect(text).toContain(setting.does)
    if ('flag' in setting) expect(text).toContain(`${name.toUpperCase()} or --${setting.flag}`)
  }
})

test('the notices of what is bundled are those that the build gathered', async () => {
  expect(`${await printedBy(licenses)}\n`).toBe(await Bun.file('dist/licenses.txt').text())
})
