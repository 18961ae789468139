/** Compiles messages/*.json into typed functions (paraglide), the only place where sentences for people live. */
import { compile } from '@inlang/paraglide-js'

await compile({
  project: './project.inlang',
  outdir: './messages/compiled',
  strategy: ['baseLocale'],
  outputStructure: 'locale-modules',
  emitGitIgnore: false,
  emitPrettierIgnore: false,
  emitReadme: false,
})
// The compiler's own database keeps the process for another half minute.
process.exit()
