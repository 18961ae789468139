import { fieldsOf } from '#test/registration/captain.ts'
import { aRegistration } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf } from '#test/support/sample-files.ts'
import { brokenBytes, mutated, someText, someValue } from './garbage.ts'
import type { Random } from './random.ts'

export type Body = { type: string; bytes: Buffer }
export type Field = readonly [name: string, value: string]

const BOUNDARY = 'fuzz-7f3a'
const PDF = Buffer.from(samplePdf(1500))
const JPEG = Buffer.from(sampleJpeg(1500))
const SLOTS = [
  'team.pastor_letter',
  'team.group_photo',
  'players.p1.aadhar',
  'players.p3.subscription',
  'file',
  'pastor_letter',
]
/** Of those that may come: a form has at most 200. */
const FIELDS_TOO_MANY = 260

const JSON_TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    '{',
    '}',
    '[]',
    'null',
    '0',
    '"',
    '"a"',
    '{}',
    '{"a":}',
    '{"a":1,}',
    "{'a':1}",
    '{"a":NaN}',
    '// a',
    '[1,]',
    '\ufeff{}',
  ],
  ...['{"teamName":"a","teamName":"b"}', '{"__proto__":{"isOwner":true}}', '{"constructor":{"prototype":{"x":1}}}'],
  ...['{"teamName":"\\ud800"}', '{"teamName":"\\u0000"}', '{"a":1e999}', '{"a":-}', '{"a":01}', '{"players":1e400}'],
  ...['['.repeat(3000), '{"a":'.repeat(3000), `${'['.repeat(2000)}${']'.repeat(2000)}`, `[${'0,'.repeat(5000)}0]`],
]

export const jsonBody = (value: unknown): Body => ({
  type: 'application/json',
  bytes: Buffer.from(JSON.stringify(value) ?? ''),
})

/** JSON: a registration whole or with something wrong in it, another value, or text that is no JSON. */
export function someJson(random: Random, known: Record<string, unknown>): Body {
  const kind = random.whole(0, 11)
  if (kind <= 1) return jsonBody(aRegistration())
  if (kind <= 6) return jsonBody(severalTimes(random, { ...aRegistration(), ...(random.isOneIn(2) ? known : {}) }))
  if (kind === 7) return jsonBody(someValue(random))
  if (kind === 8) return { ...jsonBody(null), bytes: Buffer.from(random.pick(JSON_TEXTS)) }
  if (kind === 9) return { ...jsonBody(null), bytes: brokenBytes(random, jsonBody(aRegistration()).bytes) }
  if (kind === 10 && random.isOneIn(8)) return jsonBody({ ...aRegistration(), teamName: 'x'.repeat(1_048_576) })
  return jsonBody(severalTimes(random, known))
}

function severalTimes(random: Random, value: unknown): unknown {
  let changed = value
  for (let times = random.whole(1, 3); times > 0; times -= 1) changed = mutated(random, changed)
  return changed
}

/** A form's fields in their order: a registration's, or those that the route names; some of them wrong. */
export function someFields(
  random: Random,
  own: readonly Field[],
  { isRegistration }: { isRegistration: boolean },
): Field[] {
  const fields: Field[] = [...own, ...(isRegistration ? fieldsOf(aRegistration()) : [])]
  if (isRegistration && random.isOneIn(6)) return fields
  const changed = fields.flatMap(([name, value]): Field[] => {
    if (!random.isOneIn(Math.max(3, fields.length / 3))) return [[name, value]]
    return random.pick<Field[]>([
      [],
      [[name, someText(random)]],
      [[someText(random), value]],
      [
        [name, value],
        [name, someText(random)],
      ],
    ])
  })
  if (random.isOneIn(4)) changed.push([someText(random), someText(random)])
  if (random.isOneIn(60)) return [...changed, ...Array.from({ length: FIELDS_TOO_MANY }, (): Field => ['row', 'p1'])]
  return changed
}

export function urlEncoded(random: Random, fields: readonly Field[]): Body {
  const text = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString()
  const type = 'application/x-www-form-urlencoded'
  const kind = random.whole(0, 9)
  if (kind === 0) return { type, bytes: brokenBytes(random, Buffer.from(text)) }
  if (kind === 1) return { type, bytes: Buffer.from(`${text}&a=%&b=%zz&%00=%ff&=&&c=%ed%a0%80`) }
  if (kind === 2) return { type, bytes: Buffer.from(text.replaceAll('=', '[]=')) }
  return { type, bytes: Buffer.from(text) }
}

/** Multipart (RFC 7578): well-formed half of the time, otherwise with something broken in its own grammar. */
export function multipart(random: Random, fields: readonly Field[]): Body {
  const parts = fields.map(([name, value]) => part(`form-data; name="${quoted(name)}"`, undefined, Buffer.from(value)))
  if (random.isOneIn(2)) {
    const content = random.pick([PDF, JPEG, Buffer.alloc(0), Buffer.from('MZ'), PDF.subarray(0, 20), random.bytes(200)])
    const filename = random.isOneIn(2) ? 'scan.pdf' : quoted(someText(random))
    const slot = random.isOneIn(5) ? quoted(someText(random)) : random.pick(SLOTS)
    parts.push(
      part(
        `form-data; name="${slot}"; filename="${filename}"`,
        random.pick(['application/pdf', 'text/html', '']),
        content,
      ),
    )
  }
  const whole = Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])
  const type = `multipart/form-data; boundary=${BOUNDARY}`
  return random.isOneIn(2) ? { type, bytes: whole } : brokenMultipart(random, type, parts, whole)
}

function brokenMultipart(random: Random, type: string, parts: Buffer[], whole: Buffer): Body {
  const odd = (disposition: string, content = 'x', contentType?: string) => ({
    type,
    bytes: Buffer.concat([part(disposition, contentType, Buffer.from(content)), whole]),
  })
  return random.pick<() => Body>([
    () => ({ type, bytes: Buffer.concat(parts) }),
    () => ({ type, bytes: whole.subarray(0, random.whole(0, whole.length)) }),
    () => ({ type, bytes: Buffer.concat([...parts, ...parts, whole]) }),
    () => ({ type, bytes: brokenBytes(random, whole) }),
    () => ({ type, bytes: Buffer.from(whole.toString('latin1').replaceAll('\r\n', '\n'), 'latin1') }),
    () => ({ type: 'multipart/form-data', bytes: whole }),
    () => ({ type: 'multipart/form-data; boundary=', bytes: whole }),
    () => ({ type: `multipart/form-data; boundary=${'b'.repeat(500)}`, bytes: whole }),
    () => ({ type: 'multipart/form-data; boundary=other', bytes: whole }),
    () => ({ type: `multipart/mixed; boundary=${BOUNDARY}`, bytes: whole }),
    () => ({ type, bytes: Buffer.from(`--${BOUNDARY}\r\n`.repeat(400)) }),
    () => ({ type, bytes: Buffer.from(`preamble\r\n--${BOUNDARY}--\r\nepilogue`) }),
    () => odd(`form-data; name="${'n'.repeat(30_000)}"`),
    () => odd('form-data'),
    () => odd('attachment; filename="a"'),
    () => odd('form-data; name="file"; filename=""', 'content'),
    () => odd(`form-data; name="a"; filename*=UTF-8''%ff%00%0d%0a`),
    () => odd('form-data; name="a"', 'x', `multipart/mixed; boundary=${BOUNDARY}`),
    () => odd('form-data; name="a"', 'x'.repeat(20_000)),
    () => odd('form-data; name="a"', '\xff\xfe\0', 'text/plain; charset=utf-16'),
    () => odd('form-data; name="a"\r\nContent-Transfer-Encoding: base64', '%%%'),
    () => odd('form-data; name="a"\r\nContent-Transfer-Encoding: quoted-printable', '=\r\n=ZZ'),
    () => odd(`form-data; name="a"\r\n${'X-Line: y\r\n'.repeat(3000)}X-End: z`),
  ])()
}

const quoted = (name: string) => name.replaceAll('"', '%22').slice(0, 400)

function part(disposition: string, contentType: string | undefined, content: Buffer): Buffer {
  const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: ${disposition}\r\n${type}\r\n`),
    content,
    Buffer.from('\r\n'),
  ])
}
