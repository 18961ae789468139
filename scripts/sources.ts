/** Tells whether something built is as its sources are now. Imports nothing that would have to be installed. */
import { join } from 'node:path'
import { ROOT } from './steps.ts'

/** Everything that has a part in the executable. */
export const SOURCES: readonly string[] = [
  'bun.lock',
  'drizzle/**/*.{sql,json}',
  'messages/*.json',
  'package.json',
  'patches/*',
  'project.inlang/settings.json',
  'public/**/*',
  'scripts/**/*',
  'src/**/*',
  'tsconfig.json',
  'views/**/*',
]

/** A digest of the names and the content of every source, and of Bun's version. */
export async function digestOfSources(): Promise<string> {
  const files = SOURCES.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: false })]).sort()
  const digest = new Bun.CryptoHasher('sha256').update(Bun.version)
  for (const file of files) {
    const content = await Bun.file(join(ROOT, file)).bytes()
    digest.update(`\n${file} ${content.length}\n`).update(content)
  }
  return digest.digest('hex')
}
