import type { Config } from '#src/config.ts'
import { StatusError, successOf } from '#src/lib/dependency-error.ts'
import { type FileHost, readBody } from './host.ts'

const STATUS_BAD_REQUEST = 400
const STATUS_NOT_FOUND = 404
const STATUS_TOO_LARGE = 413
/** How a 400 begins that is about a file beyond what the account may hold. */
const TOO_LARGE = 'File size too large'
const ADDRESS_VALID_SECONDS = 300
/** Delivered to nobody without a signature; as bytes, which nothing is made of there. */
const KIND = { resource_type: 'raw', type: 'authenticated' } as const

type Uploaded = { bytes?: number; etag?: string }
type Destroyed = { result?: string }

/**
 * Cloudinary. Its SDK names the addresses and signs; the requests are our own, as those of the SDK cannot be given up. Files are read by
 * its download addresses, which pass no public cache: what is deleted is gone.
 */
export function cloudinaryHost(config: Config): FileHost {
  const account = {
    cloud_name: config.cloudinaryCloudName!,
    api_key: config.cloudinaryApiKey!,
    api_secret: config.cloudinaryApiSecret!,
    upload_prefix: config.cloudinaryUploadPrefix,
    signature_algorithm: 'sha256',
  }
  const idOf = (key: string) => `${config.fileStoreFolder}/${key}`
  const utils = async () => (await import('cloudinary')).v2.utils as unknown as SigningUtils

  /** A signed request that changes something; the file goes beside what is signed. */
  const send = async (action: string, params: Params, signal: AbortSignal, file?: Blob) => {
    const { sign_request, api_url, timestamp } = await utils()
    const signed = sign_request({ ...params, type: KIND.type, timestamp: timestamp() }, account)
    const body = new FormData()
    for (const [name, value] of Object.entries(signed)) body.set(name, String(value))
    if (file) body.set('file', file, 'file')
    const answer = await fetch(api_url(action, { ...account, ...KIND }), { method: 'POST', body, signal })
    if (answer.status === STATUS_BAD_REQUEST)
      throw new StatusError((await answer.text()).includes(TOO_LARGE) ? STATUS_TOO_LARGE : STATUS_BAD_REQUEST)
    return (await successOf(answer)).json() as unknown
  }

  return {
    name: 'cloudinary',

    async put(key, bytes, signal) {
      const id = idOf(key)
      const params = { public_id: id, asset_folder: id.slice(0, id.lastIndexOf('/')), overwrite: 'true' }
      const uploaded = (await send('upload', params, signal, new Blob([bytes]))) as Uploaded
      return uploaded.bytes === bytes.byteLength ? uploaded.etag : undefined
    },

    async get(key, bytesMax, signal) {
      const { private_download_url, timestamp } = await utils()
      const expires_at = timestamp() + ADDRESS_VALID_SECONDS
      const answer = await fetch(private_download_url(idOf(key), '', { ...account, ...KIND, expires_at }), { signal })
      if (answer.status !== STATUS_NOT_FOUND) return readBody(await successOf(answer), bytesMax)
      await answer.body?.cancel()
      return undefined
    },

    async remove(key, signal) {
      const { result } = (await send('destroy', { public_id: idOf(key), invalidate: 'true' }, signal)) as Destroyed
      if (result !== 'ok' && result !== 'not found') throw new StatusError(STATUS_NOT_FOUND)
    },
  }
}

type Params = Record<string, string | number>

/** What we use of the SDK's `utils`, as it is and not as its types say. */
type SigningUtils = {
  sign_request(params: Params, options: Params): Params
  api_url(action: string, options: Params): string
  private_download_url(id: string, format: string, options: Params): string
  timestamp(): number
}
