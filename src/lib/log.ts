import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import pino, { type Logger } from 'pino'

/** One JSON object a line to standard output, and to `file` as well where one is named. The message is the event's name. */
export function makeLog({ level, file }: { level: string; file?: string }): Logger {
  const streams: pino.StreamEntry[] = [
    { level: level as pino.Level, stream: pino.destination({ dest: 1, sync: true }) },
  ]
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true })
    streams.push({ level: level as pino.Level, stream: pino.destination({ dest: file, sync: true, append: true }) })
  }
  const options: pino.LoggerOptions = {
    level,
    base: undefined,
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: REDACTED,
  }
  return pino(options, pino.multistream(streams))
}

/** What a careless field might carry: none of it belongs in a log. PostgreSQL's `detail` quotes rows. */
const REDACTED = [
  'err.detail',
  'err.where',
  'err.hint',
  'err.query',
  'err.parameters',
  'err.args',
  'password',
  'pin',
  'token',
  'secret',
]
