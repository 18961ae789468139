/** What is wrong with the settings, a sentence each. The process ends with code 78 (EX_CONFIG of sysexits.h). */
export class ConfigError extends Error {
  readonly exitCode = 78
  constructor(readonly problems: string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
  }
}
