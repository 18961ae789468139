import { buildAssets } from '../../scripts/assets.ts'
import { keepSecrets } from './run-log.ts'

/** What every test stands on: compiled messages come from the test command, assets from the build. */
if (!(await Bun.file('dist/public/manifest.json').exists())) await buildAssets({ minify: true })

/** What a server under test gives to one person is looked for in the whole run's log. */
if (process.env.TEST_LOG_FOLDER !== undefined) {
  const ask = globalThis.fetch
  const listen = async (...asked: Parameters<typeof fetch>) => {
    const answer = await ask(...asked)
    await keepSecrets(answer)
    return answer
  }
  globalThis.fetch = Object.assign(listen, { preconnect: ask.preconnect })
}
