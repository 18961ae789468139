/** The browser of the browser tests, from Debian's packages. */
import { run } from './steps.ts'

const CHROMIUM = '/usr/bin/chromium'
/** Pages need letters to be measured by. */
const PACKAGES = ['chromium', 'fonts-liberation']

/** Installs it when it is not there and we are root. Throws with the command to run otherwise. */
export async function ensureChromium(): Promise<void> {
  if (await Bun.file(CHROMIUM).exists()) return
  if (process.getuid?.() !== 0) {
    throw new Error(
      `The browser tests need ${CHROMIUM}. Run: sudo apt-get update && sudo apt-get install -y ${PACKAGES.join(' ')}`,
    )
  }
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, isQuiet: true }
  await run(['apt-get', 'update'], options)
  await run(['apt-get', 'install', '-y', '--no-install-recommends', ...PACKAGES], options)
}
