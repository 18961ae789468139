import { CONTENT_TYPES, type ContentType } from './file-type.ts'

export const FILE_NAME_MAX_CHARACTERS = 120

/** Control and format characters but the joiners of Indic scripts, and what file systems and headers read otherwise than people do. */
const UNSAFE = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"*\/:<>?\\\|]--[\u200c\u200d]]+/gv

/**
 * A sender's name for a file as it may be stored, shown and offered: NFC, one line, never empty, at most `FILE_NAME_MAX_CHARACTERS`,
 * and ending as its content does.
 */
export function cleanFileName(given: string, contentType: ContentType): string {
  const extension = CONTENT_TYPES[contentType]
  const plain = given.toWellFormed().normalize('NFC').replace(UNSAFE, ' ').replace(/\s+/g, ' ').trim()
  const stem = plain.replace(/\.[\p{L}\p{N}]{1,5}$/u, '').replace(/^[. ]+|[. ]+$/g, '')
  const kept = [...stem]
    .slice(0, FILE_NAME_MAX_CHARACTERS - extension.length - 1)
    .join('')
    .trim()
  return `${kept || 'file'}.${extension}`
}
