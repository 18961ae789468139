import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { SETTINGS } from '#src/config.ts'
import manifest from '../package.json' with { type: 'json' }

const readme = await Bun.file('README.md').text()
/** Of tables, without the space that lines their columns up. */
const rows = readme.split('\n').map((line) => line.replaceAll(/ +/g, ' '))
const map = /## The map\n\n```\n([^`]+)```/.exec(readme)![1]!

test('every setting is in the table, with its default and its sentence', () => {
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const row = rows.find((line) => line.startsWith(`| \`${name.toUpperCase()}\``)) ?? ''
    expect(row).toEndWith(`| ${setting.does} |`)
    const fallback = setting.schema.default
    const isShown = fallback !== undefined && !Array.isArray(fallback)
    expect(row).toContain(isShown ? `| \`${String(fallback)}\` |` : '| |')
    if ('flag' in setting) expect(row).toContain(`\`--${setting.flag}\``)
  }
})

test('every folder and every page of src is on the map, and nothing that is not there', () => {
  const there = readdirSync('src').filter((name) => !name.endsWith('.d.ts') && name !== 'version.ts')
  const missing = there.filter((name) => !new RegExp(`(?<![\\w-])${name.replace(/\.ts$/, '')}(?![\\w-])`).test(map))
  expect(missing).toEqual([])
  const features = /src\/<feature>\/\s+(.+)/.exec(map)![1]!.split(/[ ·]+/)
  expect(features.filter((name) => !there.includes(name))).toEqual([])
})

test('the commands it gives are those of the project, with the Bun it is written for', () => {
  const given = [...readme.matchAll(/bun(@[\d.]+)? run (\w+)/g)]
  expect(given.map((match) => match[2]!).filter((name) => !(name in manifest.scripts))).toEqual([])
  for (const match of given) if (match[1]) expect(match[1]).toBe(`@${manifest.devDependencies['bun-types']}`)
})
