import pino, { type Logger, type LoggerOptions } from 'pino'
import { maskFields, tellError } from './log-mask.ts'
import { fileOutput, type LogFile, type Output, standardOutput } from './log-output.ts'
import { currentScope } from './scope.ts'

export type LogSettings = {
  level: string
  /** `auto` is text in a terminal and JSON anywhere else. */
  format?: 'auto' | 'text' | 'json'
  isTerminal?: boolean
  hasColour?: boolean
  /** Receives the log as well, always as JSON. */
  file?: LogFile
}

/** One line an event; `end` waits until what was logged is written, as long as that is taken by whoever reads it. */
export type OpenedLog = { log: Logger; end(): Promise<void> }

/**
 * A log to standard output and, where one is named, to a file that is rotated. A reader that is slow or gone, or a full disk, costs lines and
 * never the server. Throws StartError where the file cannot be written.
 */
export async function openLog(settings: LogSettings): Promise<OpenedLog> {
  const { level, format = 'auto', isTerminal = false, hasColour = false, file } = settings
  const isText = format === 'text' || (format === 'auto' && isTerminal)
  const standard = standardOutput()
  const outputs: Output[] = [standard]
  if (file) outputs.push(await fileOutput(file))
  const lines = isText ? (await import('./log-text.ts')).textLines(standard, { hasColour }) : standard
  const log = pino(
    logOptions(level),
    outputs.length === 1
      ? lines
      : pino.multistream([lines, ...outputs.slice(1)].map((stream) => ({ level: 'trace', stream }))),
  )
  for (const output of outputs) output.onDropped((count) => log.warn({ count }, 'log.lines-dropped'))
  return { log, end: async () => void (await Promise.all(outputs.map((output) => output.end()))) }
}

/** How a line is made: the message is the event's name, a request's id goes with all that it causes, and what is private is masked. */
export const logOptions = (level: string): LoggerOptions => ({
  level,
  base: undefined,
  messageKey: 'event',
  mixin: () => {
    const requestId = currentScope()?.requestId
    return requestId === undefined ? {} : { requestId }
  },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { log: maskFields },
  serializers: { err: tellError },
})
