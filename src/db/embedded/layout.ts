import { join } from 'node:path'

/** Where everything of the embedded database lies inside the data directory. */
export type Layout = ReturnType<typeof layoutOf>

/**
 * @param dataDir absolute path
 * @param release name of the runtime folder, see `Pack`
 */
export function layoutOf(dataDir: string, release: string) {
  const home = join(dataDir, 'postgres')
  return {
    dataDir,
    home,
    /** Programs, libraries and shared files; anyone may read them. */
    runtime: join(home, release),
    /** PostgreSQL's own data directory, mode 0700. */
    cluster: join(home, 'cluster'),
    /** Holds the socket, mode 0700, unless its path is too long for one. */
    run: join(home, 'run'),
    /** The password of the role `teamsheet`, mode 0600. */
    password: join(home, 'password'),
    /** Locked by every process that talks to a database it did not start. */
    guests: join(home, 'guests'),
    log: join(home, 'postgres.log'),
  }
}
