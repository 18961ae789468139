import { expect, test } from 'bun:test'
import { exampleFile } from '#src/config/example.ts'
import { parseSettingsFile } from '#src/config/file.ts'
import { readConfig, SETTINGS } from '#src/config.ts'

const example = exampleFile(SETTINGS)

test('.env.example is what the table says', async () => {
  expect(await Bun.file('.env.example').text()).toBe(example)
})

test('it names every setting with what it takes, and as it stands it changes nothing', () => {
  for (const name of Object.keys(SETTINGS).filter((key) => key !== 'config_file'))
    expect(example).toMatch(new RegExp(`^#${name.toUpperCase()}=`, 'm'))
  expect(example).toContain('# Takes 1 to 600 seconds.')
  expect(example).toContain('# Default: 20; 5 in development.')
  expect(readConfig({ CONFIG_FILE: 'example' }, {}, () => example)).toEqual({
    ...readConfig({}, {}, () => ''),
    configFile: 'example',
  })
})

test('uncommented it is a settings file that is understood, and holds the defaults', () => {
  const uncommented = example.replaceAll(/^#(?=[A-Z])/gm, '')
  expect(parseSettingsFile(uncommented).problems).toEqual([])
  expect(readConfig({ CONFIG_FILE: 'example' }, {}, () => uncommented)).toEqual({
    ...readConfig({}, {}, () => ''),
    configFile: 'example',
  })
})
