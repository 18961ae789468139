const LENGTH_MAX = 3000

export const encoded = (text: string) => encodeURIComponent(text.toWellFormed())
/** Without what would end the request line; what of it is no ASCII goes as its UTF-8 bytes. */
export const safeInTarget = (text: string) =>
  latin1(text)
    .replace(/[\p{Cc} #]/gu, '')
    .slice(0, LENGTH_MAX)
/** Without what would end the header. */
export const safeInHeader = (text: string) =>
  latin1(text)
    .replace(/[\0\r\n\v\f]|\p{Cc}(?<![\t\x80-\x9f])/gu, '')
    .trim()
    .slice(0, LENGTH_MAX)
const latin1 = (text: string) => Buffer.from(text.toWellFormed(), 'utf8').toString('latin1')
