/** The public load tools and where Debian has them. */
const PACKAGES = { wrk: 'wrk', pgbench: 'postgresql-contrib' } as const

type Tool = keyof typeof PACKAGES

/** Installs what is missing where we are root. Throws with the command to run where we are not, or where apt fails. */
export async function ensureTools(): Promise<void> {
  const missing = (Object.keys(PACKAGES) as Tool[]).filter((tool) => !Bun.which(tool))
  if (missing.length === 0) return
  const packages = missing.map((tool) => PACKAGES[tool])
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages]
  if (process.getuid?.() !== 0 || !Bun.which('apt-get')) {
    throw new Error(`${missing.join(' and ')} not found. Run as root: ${install.join(' ')}`)
  }
  console.log(`Installing ${packages.join(' and ')} from Debian's packages`)
  await capture(['apt-get', 'update'])
  await capture(install)
}

/** What the program printed on its standard output. Throws with what it said on the other when it fails. */
export async function capture(command: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const child = Bun.spawn([...command], { env: { PATH: PATH, LC_ALL: 'C', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, error, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (exitCode !== 0) throw new Error(`"${command[0]}" ended with ${exitCode}: ${error.trim() || out.trim()}`)
  return out
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
