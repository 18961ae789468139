import { readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, extname } from 'node:path'

/**
 * What keeps files that are rotated from being written at a path, for a sentence; undefined where nothing does. Its own files have a number
 * before the ending, `teamsheet.1.log`; others whose names begin and end so and have a number between would be taken for old ones of
 * its own and deleted, as those that logrotate names by the day.
 */
export function findObstacle(path: string): string | undefined {
  const there = whatIsAt(path)
  if (path.endsWith('/') || there?.isDirectory()) return 'that is a folder'
  if (there && !there.isFile()) return 'that is no regular file'
  const ending = extname(path) || '.log'
  const name = basename(path, ending)
  const other = listFolder(dirname(path)).find((each) => isAlike(each, name, ending) && !isOwn(each, name, ending))
  return other && `${other} in the same folder would be taken for one of its own`
}

const isOwn = (file: string, name: string, ending: string) =>
  /^\.\d+$/.test(file.slice(name.length, -ending.length)) && isAlike(file, name, ending)

/** As pino-roll knows its files: whatever follows the name by one character and is a number in the eyes of JavaScript, as nothing is, too. */
const isAlike = (file: string, name: string, ending: string) =>
  file.startsWith(name) &&
  file.endsWith(ending) &&
  file.length > name.length + ending.length &&
  Number.isInteger(Number(file.slice(name.length + 1, -ending.length)))

// What is wrong with the way there is told when the file is made.
function whatIsAt(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
