import { createHash } from 'node:crypto'
import type { Config } from '#src/config.ts'
import { StatusError, successOf } from '#src/lib/dependency-error.ts'
import { type FileHost, readBody } from './host.ts'

const STATUS_NOT_FOUND = 404
/** From its signing; an attempt is given up long before. */
const ADDRESS_VALID_SECONDS = 300
/** Of a plain upload the ETag is the MD5; of an encrypted one it may be anything. */
const MD5 = /^"([0-9a-f]{32})"$/

/**
 * An S3-compatible store. Bun's client signs the addresses (Signature Version 4); the requests are our own, so that they can be given up.
 * What arrives damaged is refused by the store itself, by its `Content-MD5` (RFC 1864).
 */
export function s3Host(config: Config): FileHost {
  const client = new Bun.S3Client({
    bucket: config.s3Bucket!,
    accessKeyId: config.s3AccessKeyId!,
    secretAccessKey: config.s3SecretAccessKey!,
    region: config.s3Region,
    ...(config.s3Endpoint === undefined ? {} : { endpoint: config.s3Endpoint }),
  })
  const addressOf = (key: string, method: 'GET' | 'PUT' | 'DELETE') =>
    client.presign(`${config.fileStoreFolder}/${key}`, { method, expiresIn: ADDRESS_VALID_SECONDS })

  return {
    name: 's3',

    async put(key, bytes, signal) {
      const headers = { 'content-md5': createHash('md5').update(bytes).digest('base64') }
      const answer = await fetch(addressOf(key, 'PUT'), { method: 'PUT', body: bytes, headers, signal })
      await (await successOf(answer)).body?.cancel()
      return MD5.exec(answer.headers.get('etag') ?? '')?.[1]
    },

    async get(key, bytesMax, signal) {
      const answer = await fetch(addressOf(key, 'GET'), { signal })
      return (await isAbsent(answer)) ? undefined : readBody(await successOf(answer), bytesMax)
    },

    async remove(key, signal) {
      const answer = await fetch(addressOf(key, 'DELETE'), { method: 'DELETE', signal })
      if (!(await isAbsent(answer))) await (await successOf(answer)).body?.cancel()
    },
  }
}

/** Whether there is no such file. Throws StatusError where there is no such bucket. */
async function isAbsent(answer: Response): Promise<boolean> {
  if (answer.status !== STATUS_NOT_FOUND) return false
  if ((await answer.text()).includes('NoSuchBucket')) throw new StatusError(STATUS_NOT_FOUND)
  return true
}
