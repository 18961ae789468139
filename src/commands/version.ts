import { VERSION } from '#src/version.ts'

export function version(args: string[], print: (line: string) => void): number {
  const facts = { version: VERSION, bun: Bun.version, platform: process.platform, arch: process.arch }
  print(
    args.includes('--json') ? JSON.stringify(facts) : `teamsheet ${facts.version} (${facts.platform} ${facts.arch})`,
  )
  return 0
}
