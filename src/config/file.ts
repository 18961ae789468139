import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** A settings file or a secret is small; what is larger was named by mistake. */
const BYTES_MAX = 65_536
/** Whether anybody on the machine may read it. */
const OTHERS_READ = 0o004

/** NAME=value, in quotes or plain, with `export` before it or not. Plain values end before ` #`. */
const LINE =
  /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'#](?:[^#]|(?<!\s)#)*?)?)(?:\s*|\s+#.*)$/

export type FileLines = {
  values: Record<string, string>
  /** Where each name stands, counted from 1. */
  lines: Map<string, number>
  problems: string[]
}

/**
 * The settings of a file: `KEY=value` lines, `#` comments, quotes. Bun's own `parseEnv` passes over what it cannot read and cuts
 * values at `#`; here each such line is told, without what it holds.
 */
export function parseSettingsFile(text: string): FileLines {
  const file: FileLines = { values: {}, lines: new Map(), problems: [] }
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const written = raw.trim()
    if (written === '' || written.startsWith('#')) continue
    const place = `Line ${index + 1} of the configuration file`
    const match = LINE.exec(written)
    if (!match) {
      file.problems.push(`${place} is not understood. It needs to be NAME=value, and quotes need to be closed.`)
      continue
    }
    const [, name = '', double, single, plain] = match
    if (file.lines.has(name)) {
      file.problems.push(`${place} gives ${name} again, which stands on line ${file.lines.get(name)} already.`)
      continue
    }
    file.lines.set(name, index + 1)
    file.values[name] = double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? plain ?? ''
  }
  return file
}

/** All of a small text file. Throws an Error whose message says, in a few words, why it cannot be had. */
export function readTextFile(path: string): string {
  const file = opened(path)
  try {
    if (fstatSync(file).isDirectory()) throw new Error('it is a directory')
    const bytes = Buffer.alloc(BYTES_MAX + 1)
    let length = 0
    for (let got = -1; got !== 0 && length < bytes.length; length += got)
      got = readSync(file, bytes, length, bytes.length - length, null)
    if (length > BYTES_MAX) throw new Error(`it is larger than ${BYTES_MAX} bytes`)
    return asText(bytes.subarray(0, length))
  } finally {
    closeSync(file)
  }
}

export function isOpenToOthers(path: string): boolean {
  const file = opened(path)
  try {
    return (fstatSync(file).mode & OTHERS_READ) !== 0
  } finally {
    closeSync(file)
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Error('there is none of that name')
    if (code === 'EACCES' || code === 'EPERM') throw new Error('this user may not')
    throw new Error(code === undefined || code.startsWith('ERR_') ? 'its name is none' : code)
  }
}

function asText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error('it is not text in UTF-8')
  }
}
