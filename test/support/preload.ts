import { buildAssets } from '../../scripts/assets.ts'

/** What every test stands on: compiled messages come from the test command, assets from the build. */
if (!(await Bun.file('dist/public/manifest.json').exists())) await buildAssets({ minify: true })
