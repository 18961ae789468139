import { createHash, createHmac } from 'node:crypto'
import { type FileHostStandIn, fileHost, type HostRequest, type Protocol } from './file-host.ts'

export const S3 = {
  bucket: 'cup',
  region: 'eu-central-1',
  key: 'AKWOMBATMARQUEE27',
  secret: 'nobody but the bucket knows of it',
}
const ACTIONS: Record<string, HostRequest['action']> = { PUT: 'put', GET: 'get', DELETE: 'remove' }

/** The settings with which a server speaks to it. */
export const s3Settings = ({ url }: FileHostStandIn) => ({
  FILE_STORE: 's3',
  S3_ENDPOINT: url,
  S3_REGION: S3.region,
  S3_BUCKET: S3.bucket,
  S3_ACCESS_KEY_ID: S3.key,
  S3_SECRET_ACCESS_KEY: S3.secret,
})

/** An S3-compatible store with one bucket, which takes requests that are signed in their address (Signature Version 4). */
export const s3StandIn = (): Promise<FileHostStandIn> => fileHost(protocol)

const protocol: Protocol = {
  async read({ method, url: target, headers }, body, url): Promise<HostRequest> {
    const address = new URL(target!, url)
    const [, bucket, ...path] = address.pathname.split('/')
    const md5 = headers['content-md5']
    const isWhole = method !== 'PUT' || md5 === createHash('md5').update(body).digest('base64')
    const fault = bucket === S3.bucket ? faultOf(method!, address) : 'NoSuchBucket'
    return {
      action: ACTIONS[method!]!,
      key: path.map(decodeURIComponent).join('/'),
      fault: fault ?? (isWhole ? undefined : 'BadDigest'),
      content: body,
    }
  },
  answer({ action, fault, content }, kept) {
    if (fault) return error(fault === 'NoSuchBucket' ? 404 : 403, fault)
    if (action === 'put') {
      const etag = `"${createHash('md5').update(content!).digest('hex')}"`
      return { status: 200, headers: { etag }, body: '' }
    }
    if (action === 'remove') return { status: 204, body: '' }
    return kept ? { status: 200, body: kept } : error(404, 'NoSuchKey')
  },
}

const error = (status: number, code: string) => ({ status, body: `<Error><Code>${code}</Code></Error>` })
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

function faultOf(method: string, address: URL): string | undefined {
  const query = address.searchParams
  const given = query.get('X-Amz-Signature')
  const [key, day, region, service, end] = (query.get('X-Amz-Credential') ?? '').split('/')
  if (key !== S3.key) return 'InvalidAccessKeyId'
  const at = query.get('X-Amz-Date') ?? ''
  const startsAt = Date.parse(at.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
  if (!(Date.now() < startsAt + Number(query.get('X-Amz-Expires')) * 1000)) return 'ExpiredToken'
  const canonicalQuery = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&')
  const request = [method, address.pathname, canonicalQuery, `host:${address.host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join(
    '\n',
  )
  const scope = [day, region, service, end].join('/')
  const text = ['AWS4-HMAC-SHA256', at, scope, createHash('sha256').update(request).digest('hex')].join('\n')
  const signing = hmac(hmac(hmac(hmac(`AWS4${S3.secret}`, at.slice(0, 8)), S3.region), 's3'), 'aws4_request')
  return hmac(signing, text).toString('hex') === given && scope.endsWith(`${S3.region}/s3/aws4_request`)
    ? undefined
    : 'SignatureDoesNotMatch'
}
