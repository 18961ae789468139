import { describe, expect, test } from 'bun:test'
import { cleanFileName, FILE_NAME_MAX_CHARACTERS } from '#src/files/file-name.ts'
import { detectContentType, HEAD_BYTES } from '#src/files/file-type.ts'
import { sampleHeic, sampleJpeg, samplePdf, samplePng, sampleWebp } from '#test/support/sample-files.ts'

const heicOf = (majorBrand: string, brands: string[]) => sampleHeic(200, 0, majorBrand, brands)
const textOf = (text: string) => new TextEncoder().encode(text.padEnd(500))

describe('a file', () => {
  test.each([
    ['application/pdf', samplePdf()],
    ['image/png', samplePng()],
    ['image/jpeg', sampleJpeg()],
    ['image/webp', sampleWebp()],
    ['image/heic', sampleHeic()],
    ['image/heic', heicOf('mif1', ['mif1', 'heic'])],
  ] as const)('is %s by what it holds', async (type, bytes) => {
    expect(await detectContentType(bytes)).toBe(type)
  })

  test('is told from its first bytes, whatever its length', async () => {
    for (const sample of [samplePdf, samplePng, sampleJpeg, sampleWebp, sampleHeic])
      expect(await detectContentType(sample(300_000).subarray(0, HEAD_BYTES))).toBeDefined()
  })

  test.each([
    ['HTML', textOf('<!doctype html><script>alert(1)</script>')],
    ['SVG', textOf('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['text', textOf('just words')],
    ['GIF', textOf('GIF89a')],
    ['ZIP', new Uint8Array([0x50, 0x4b, 3, 4, ...new Array(100).fill(0)])],
    ['AVIF', heicOf('avif', ['mif1', 'avif'])],
    ['AVIF that calls itself a picture', heicOf('mif1', ['mif1', 'avif'])],
    ['a lone magic byte', new Uint8Array([0xff])],
    ['nothing', new Uint8Array()],
    ['PDF further down', textOf('hello %PDF-1.4')],
  ])('that is %s is not taken', async (_, bytes) => {
    expect(await detectContentType(bytes)).toBeUndefined()
  })
})

describe('the name of a file', () => {
  test.each([
    ['letter.pdf', 'letter.pdf'],
    ['Pastor’s letter.PDF', 'Pastor’s letter.pdf'],
    ['அருண் கடிதம்.pdf', 'அருண் கடிதம்.pdf'],
    ['क्\u200dष.pdf', 'क्\u200dष.pdf'],
    ['page.html', 'page.pdf'],
    ['no extension', 'no extension.pdf'],
    ['../../etc/passwd', 'etc passwd.pdf'],
    ['a\0b\r\nSet-Cookie: x.pdf', 'a b Set-Cookie x.pdf'],
    ['innocent\u202efdp.exe', 'innocent fdp.pdf'],
    ['', 'file.pdf'],
    ['.pdf', 'file.pdf'],
    ['...', 'file.pdf'],
    ['\ud800lone', '\ufffdlone.pdf'],
  ])('%j is kept as %j', (given, kept) => {
    expect(cleanFileName(given, 'application/pdf')).toBe(kept)
  })

  test('is cut, in whole characters, before its extension', () => {
    const name = cleanFileName(`${'🏏'.repeat(300)}.jpeg`, 'image/jpeg')
    expect([...name].length).toBe(FILE_NAME_MAX_CHARACTERS)
    expect(name.isWellFormed()).toBe(true)
    expect(name.endsWith('🏏.jpg')).toBe(true)
  })
})
