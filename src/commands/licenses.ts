import { join } from 'node:path'

/** The notices of everything bundled, gathered by the build. */
export async function licenses(print: (line: string) => void): Promise<number> {
  const path = join(import.meta.dir, Bun.isStandaloneExecutable ? 'licenses.txt' : '../../dist/licenses.txt')
  print((await Bun.file(path).text()).trimEnd())
  return 0
}
