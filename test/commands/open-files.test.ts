import { expect, test } from 'bun:test'
import { fewFilesWarning, readLimits } from '#src/commands/open-files.ts'

test.each([
  ['few', 'Max open files            128                  128                  files     ', true],
  ['many', 'Max open files            524288               524288               files     ', false],
  ['any number of', 'Max open files            unlimited            unlimited            files     ', false],
])('where %s files may be open, it is said or not', (_, line, isSaid) => {
  const said = fewFilesWarning(`Limit    Soft Limit    Hard Limit    Units\n${line}\n`)
  expect(said !== undefined).toBe(isSaid)
  if (isSaid) expect(said).toContain('128')
})

test('the limits of this process are read', () => {
  expect(readLimits()).toMatch(/^Max open files +\S+ /m)
  expect(fewFilesWarning(undefined)).toBeUndefined()
})
