import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const IDENTIFIER_BYTES = 8
const NONCE_BYTES = 32
/** PostgreSQL pads the control file with zeros from its last field, the checksum, to its end. */
const CONTROL_DATA_MAX_BYTES = 512
const CONTROL_DATA_MIN_BYTES = 200
const SEGMENT_NAME = /^[0-9A-F]{24}$/
const LONG_PAGE_HEADER = 0x0002
const SEGMENT_FLAGS_OFFSET = 2
const SEGMENT_IDENTIFIER_OFFSET = 24

/**
 * Gives a copy of the packed cluster what initdb would have made for it alone: a system identifier (seconds of its making, then random
 * bits; it ties backups and write-ahead log to one cluster) and the secret behind the mock SCRAM salts. Before its first start only.
 * Layouts: src/include/catalog/pg_control.h and src/include/access/xlog_internal.h of PostgreSQL 18.
 */
export function giveOwnIdentity(cluster: string, now = Date.now()): void {
  const identifier = randomBytes(IDENTIFIER_BYTES)
  identifier.writeUInt32LE(Math.floor(now / 1000), 4)

  const controlPath = join(cluster, 'global/pg_control')
  const control = readFileSync(controlPath)
  const end = findChecksum(control)
  identifier.copy(control, 0)
  randomBytes(NONCE_BYTES).copy(control, end - NONCE_BYTES)
  control.writeUInt32LE(crc32c(control.subarray(0, end)), end)
  writeFileSync(controlPath, control)

  const wal = join(cluster, 'pg_wal')
  for (const name of readdirSync(wal).filter((name) => SEGMENT_NAME.test(name))) {
    const segment = openSync(join(wal, name), 'r+')
    try {
      const flags = Buffer.alloc(2)
      readSync(segment, flags, 0, flags.length, SEGMENT_FLAGS_OFFSET)
      if ((flags.readUInt16LE() & LONG_PAGE_HEADER) !== 0)
        writeSync(segment, identifier, 0, identifier.length, SEGMENT_IDENTIFIER_OFFSET)
    } finally {
      closeSync(segment)
    }
  }
}

function findChecksum(control: Buffer): number {
  for (let offset = CONTROL_DATA_MIN_BYTES; offset < CONTROL_DATA_MAX_BYTES; offset += 4) {
    if (control.readUInt32LE(offset) === crc32c(control.subarray(0, offset))) return offset
  }
  throw new Error('The control file of the packed cluster is damaged.')
}

/** CRC-32C (Castagnoli), as PostgreSQL computes it. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}
