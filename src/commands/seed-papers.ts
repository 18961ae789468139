import { crc32, deflateSync } from 'node:zlib'

/** One page with lines of plain English text. PDF 1.4, with a cross-reference table that is right. */
export function letter(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  const escaped = lines.map((line) => line.replace(/[^\x20-\x7e]/g, '').replace(/[\\()]/g, '\\$&'))
  const text = `BT /F1 13 Tf 20 TL 72 760 Td ${escaped.map((line) => `(${line}) Tj T*`).join(' ')} ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let pdf = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = pdf.length
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const table = `xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${offsets.join('')}`
  return new TextEncoder().encode(
    `${pdf}${table}trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${pdf.length}\n%%EOF\n`,
  )
}

const WIDTH = 480
const HEIGHT = 320
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const TRUE_COLOUR = 2

/** A coloured field with a pitch on it, in other colours for other seeds. PNG (RFC 2083). */
export function photo(seed: number): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(WIDTH, 0)
  header.writeUInt32BE(HEIGHT, 4)
  header.set([8, TRUE_COLOUR, 0, 0, 0], 8)
  const grass = [30 + ((seed * 37) % 90), 110 + ((seed * 53) % 90), 40 + ((seed * 71) % 60)]
  const pitch = [205, 180 - (seed % 40), 130]
  const rows = Array.from({ length: HEIGHT }, (_, y) => {
    const colours = Array.from({ length: WIDTH }, (_, x) => {
      const isPitch = Math.abs(x - WIDTH / 2) < 28 && Math.abs(y - HEIGHT / 2) < 110
      return isPitch ? pitch : grass.map((part) => part + ((x >> 5) % 2) * 8)
    })
    return [0, ...colours.flat()]
  })
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return new Uint8Array(Buffer.concat([Buffer.from(PNG_SIGNATURE), ...chunks]))
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const ends = [Buffer.alloc(4), Buffer.alloc(4)] as const
  ends[0].writeUInt32BE(content.length)
  ends[1].writeUInt32BE(crc32(body))
  return Buffer.concat([ends[0], body, ends[1]])
}
