import { anEntry, type Entry } from '#test/executable/registering.ts'

const AGAIN_AFTER_MS = 100
/** A captain gives up at some time. */
const PATIENCE_MS = 30_000

export type Sent = { entry: Entry; id?: string }
export type Crowd = { sent: Sent[]; oddAnswers: string[]; refused: number; finish(): Promise<void> }

/**
 * Captains who register one team after another until `finish`, and send the same registration again, under its key, after 503 and broken
 * connections, as a browser does. Notes every answer that is neither 201 nor 503 with Retry-After.
 */
export function startCaptains(url: string, count: number): Crowd {
  const crowd: Crowd = { sent: [], oddAnswers: [], refused: 0, finish: async () => {} }
  let isOver = false
  const captain = async () => {
    while (!isOver) {
      const attempt: Sent = { entry: anEntry() }
      crowd.sent.push(attempt)
      await insist(url, attempt, crowd)
    }
  }
  const captains = Array.from({ length: count }, captain)
  crowd.finish = async () => {
    isOver = true
    await Promise.all(captains)
  }
  return crowd
}

async function insist(url: string, attempt: Sent, crowd: Crowd): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await Bun.sleep(AGAIN_AFTER_MS)) {
    const answer = await send(url, attempt.entry)
    if (answer === undefined) continue
    const body = await answer.text().catch(() => '')
    if (answer.status === 201) {
      attempt.id = (JSON.parse(body) as { id: string }).id
      return
    }
    const isInProgress = answer.status === 409 && body.includes('REQUEST_IN_PROGRESS')
    if (answer.status === 503 && answer.headers.has('retry-after')) crowd.refused += 1
    else if (!isInProgress) crowd.oddAnswers.push(`${answer.status} ${body}`)
  }
  crowd.oddAnswers.push('never answered')
}

/** Undefined when the connection broke. */
async function send(url: string, { key, body }: Entry): Promise<Response | undefined> {
  try {
    return await fetch(`${url}/api/v1/registrations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body,
    })
  } catch {
    return undefined
  }
}
