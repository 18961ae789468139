import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from '#src/lib/start-error.ts'

/** `postgres-<package version>-<platform>-<digest of the recipe>-<zstd level>.tar.zst`, as scripts/pack-postgres.ts names it. */
const PACK_NAME = /^postgres-(\d+\.\d+)[^-]*(?:-.+)?-(linux-(?:x64|arm64))-([0-9a-f]{8})-\d+\.tar\.zst$/

export type Pack = {
  path: string
  /** Names the folder its runtime is unpacked into: the same release is never unpacked twice, another one never mixes with it. */
  release: string
}

/**
 * The packed PostgreSQL: inside the executable, where the build put it (`--asset build/postgres-….tar.zst`), or from source the newest
 * one in `build/`. Throws StartError when there is none for this machine.
 */
export function findPack(): Pack {
  const directory = Bun.isStandaloneExecutable ? import.meta.dir : join(import.meta.dir, '../../../build')
  const packs = listPacks(directory).sort((a, b) => b.modifiedMs - a.modifiedMs)
  const [pack] = packs
  if (pack) return { path: pack.path, release: pack.release }
  throw new StartError(
    Bun.isStandaloneExecutable
      ? 'This executable was built without PostgreSQL for this kind of machine. Give DATABASE_URL, or use another build.'
      : 'PostgreSQL has not been packed yet. Run: bun scripts/pack-postgres.ts',
  )
}

function listPacks(directory: string) {
  const packs: (Pack & { modifiedMs: number })[] = []
  let names: string[] = []
  try {
    names = readdirSync(directory)
  } catch {
    // No such folder yet: no packs.
  }
  for (const name of names) {
    const [, version, platform, recipe] = PACK_NAME.exec(name) ?? []
    if (platform !== `linux-${process.arch}`) continue
    const path = join(directory, name)
    packs.push({ path, release: `${version}-${recipe}`, modifiedMs: statSync(path).mtimeMs })
  }
  return packs
}
