/**
 * A reason why the process cannot start or go on, as a sentence for whoever started it: printed without a stack trace, after which the
 * process ends with `exitCode`.
 */
export class StartError extends Error {
  readonly exitCode: number

  constructor(sentence: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(sentence, { cause: options.cause })
    this.name = 'StartError'
    this.exitCode = options.exitCode ?? 1
  }
}
