import { encode } from 'uqr'

/** Light around it, in modules: cameras look for the edge (ISO/IEC 18004, 4 on each side). */
const QUIET_ZONE = 4

/** A text as the rows of a QR code, true where it is dark. */
export const qrCode = (text: string): boolean[][] => encode(text, { ecc: 'M', border: QUIET_ZONE }).data
