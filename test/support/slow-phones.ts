import { MultipartClient, type RawAnswer } from './multipart-client.ts'
import { samplePdf } from './sample-files.ts'

/** How a phone sends: each file by itself, or the whole form with its files. */
export type Manner = 'file' | 'form'
type Options = {
  url: string
  count: number
  manner: Manner
  /** Of the one file that each sends. */
  bytes: number
  /** Of these, how many are sent as fast as the server takes them. */
  atOnceBytes?: number
  bytesPerSecond: number
}
export type Phones = {
  /** Resolves when what goes at once is sent. */
  underWay: Promise<void>
  answers: Promise<RawAnswer[]>
  sentBytes(): number
}

/** Phones that send a file each over a poor network, all at the same time. */
export function slowPhones({ url, count, manner, bytes, atOnceBytes = 0, bytesPerSecond }: Options): Phones {
  const clients: MultipartClient[] = []
  const file = samplePdf(bytes)
  const sending = Array.from({ length: count }, () => {
    const started = Promise.withResolvers<void>()
    const send = async () => {
      const client = await open(url, manner)
      clients.push(client)
      await client.send(file.subarray(0, atOnceBytes))
      started.resolve()
      await client.send(file.subarray(atOnceBytes), bytesPerSecond)
      await client.send('\r\n')
      return client.finish()
    }
    const answer = send()
    answer.catch(started.reject)
    return { started: started.promise, answer }
  })
  return {
    underWay: Promise.all(sending.map(({ started }) => started)).then(() => {}),
    answers: Promise.all(sending.map(({ answer }) => answer)),
    sentBytes: () => clients.reduce((sum, client) => sum + client.sentBytes, 0),
  }
}

async function open(url: string, manner: Manner): Promise<MultipartClient> {
  const headers = { origin: url, 'sec-fetch-site': 'same-origin', accept: manner === 'form' ? 'text/html' : '*/*' }
  const path = manner === 'form' ? '/register' : '/api/v1/uploads'
  const client = await MultipartClient.open({ port: Number(new URL(url).port), path, headers })
  if (manner === 'file') await client.field('kind', 'pastor_letter')
  const name = manner === 'form' ? 'team.pastor_letter' : 'file'
  await client.beginPart(`form-data; name="${name}"; filename="letter.pdf"`, 'application/pdf')
  return client
}
