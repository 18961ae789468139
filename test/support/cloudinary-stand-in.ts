import { createHash } from 'node:crypto'
import { type FileHostStandIn, fileHost, type HostRequest, type Protocol } from './file-host.ts'

export const CLOUDINARY = { cloud: 'cup', key: '874926351047283', secret: 'nobody but the cloud knows of it' }
/** What is sent beside the signed parameters (cloudinary.com/documentation/authentication_signatures). */
const UNSIGNED = new Set(['file', 'api_key', 'signature', 'cloud_name', 'resource_type'])
const SIGNATURE_VALID_SECONDS = 3600
const ACTIONS = { upload: 'put', download: 'get', destroy: 'remove' } as const

/** The settings with which a server speaks to it. */
export const cloudinarySettings = ({ url }: FileHostStandIn) => ({
  FILE_STORE: 'cloudinary',
  CLOUDINARY_CLOUD_NAME: CLOUDINARY.cloud,
  CLOUDINARY_API_KEY: CLOUDINARY.key,
  CLOUDINARY_API_SECRET: CLOUDINARY.secret,
  CLOUDINARY_UPLOAD_PREFIX: url,
})

/** Cloudinary's upload, download and destroy of raw files, as its documentation tells them. */
export const cloudinaryStandIn = (): Promise<FileHostStandIn> => fileHost(protocol)

const protocol: Protocol = {
  async read(incoming, body, url): Promise<HostRequest> {
    const address = new URL(incoming.url!, url)
    const [, version, cloud, resourceType, action] = address.pathname.split('/')
    const form = new Map<string, FormDataEntryValue>(address.searchParams)
    if (incoming.method === 'POST') {
      const headers = { 'content-type': incoming.headers['content-type']! }
      for (const [name, value] of await new Response(body, { headers }).formData()) form.set(name, value)
    }
    const file = form.get('file')
    const isRight = version === 'v1_1' && cloud === CLOUDINARY.cloud && resourceType === 'raw'
    return {
      action: ACTIONS[action as keyof typeof ACTIONS],
      key: String(form.get('public_id')),
      fault: isRight ? faultOf(form) : `a wrong address: ${address.pathname}`,
      ...(file instanceof Blob ? { content: Buffer.from(await file.arrayBuffer()) } : {}),
    }
  },
  answer({ action, fault, key, content }, kept) {
    if (fault) return json(401, { error: { message: fault } })
    if (action === 'put')
      return json(200, {
        public_id: key,
        bytes: content!.length,
        etag: createHash('md5').update(content!).digest('hex'),
      })
    if (action === 'remove') return json(200, { result: kept ? 'ok' : 'not found' })
    return kept ? { status: 200, body: kept } : json(404, { error: { message: 'Resource not found' } })
  },
}

const json = (status: number, value: object) => ({ status, body: JSON.stringify(value) })

function faultOf(form: Map<string, FormDataEntryValue>): string | undefined {
  if (form.get('api_key') !== CLOUDINARY.key) return 'Unknown API key'
  if (form.get('type') !== 'authenticated') return 'not private'
  const ageSeconds = Date.now() / 1000 - Number(form.get('timestamp'))
  if (!(Math.abs(ageSeconds) < SIGNATURE_VALID_SECONDS)) return 'Stale request'
  const signed = [...form]
    .filter(([name]) => !UNSIGNED.has(name))
    .map(([name, value]) => `${name}=${value}`.replaceAll('&', '%26'))
    .sort()
    .join('&')
  const given = String(form.get('signature'))
  const algorithm = given.length === 64 ? 'sha256' : 'sha1'
  const right = createHash(algorithm)
    .update(signed + CLOUDINARY.secret)
    .digest('hex')
  return given === right ? undefined : 'Invalid Signature'
}
