import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { SETTINGS } from '#src/config.ts'
import manifest from '../package.json' with { type: 'json' }
import { readmeRows } from '../scripts/settings.ts'

const readme = await Bun.file('README.md').text()
/** Of tables, without the space that lines their columns up. */
const rows = readme.split('\n').map((line) => line.replaceAll(/ +/g, ' '))
const map = /## The map\n\n```\n([^`]+)```/.exec(readme)![1]!

test('every setting is in the table, with its names, what it takes, its default and its sentence', () => {
  const start = rows.findIndex((line) => line.startsWith('| name'))
  const table = rows.slice(start + 2, rows.indexOf('', start))
  expect(table).toEqual(readmeRows())
  expect(table).toHaveLength(Object.keys(SETTINGS).length)
  for (const cell of [
    '| 1 to 600 seconds |',
    '| `20; 5 in development` |',
    '`SMTP_HOST`',
    '`--config`',
    '| true or false |',
  ])
    expect(table.join('\n')).toContain(cell)
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
