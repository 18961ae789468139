import { aRegistration } from '#test/support/registrations.ts'

/** A registration with its key, ready to be sent any number of times. */
export type Entry = { key: string; body: string; teamName: string }

export type Answer = {
  id: string
  teamId: string | null
  state: string
  reference: string
  pin: string
  statusUrl: string
}
export type Answered = { status: number; answer: Answer; isReplayed: boolean }

export function anEntry(about: Parameters<typeof aRegistration>[0] = {}): Entry {
  const registration = aRegistration(about)
  return { key: crypto.randomUUID(), body: JSON.stringify(registration), teamName: registration.teamName }
}

/** Sends it; throws what fetch throws when the server goes away or `signal` says so. */
export async function register(url: string, { key, body }: Entry, signal?: AbortSignal): Promise<Answered> {
  const response = await fetch(`${url}/api/v1/registrations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body,
    signal,
  })
  const answer = (await response.json()) as Answer
  return { status: response.status, answer, isReplayed: response.headers.get('idempotent-replayed') === 'true' }
}

/** Sends a file on its own; its id. Throws what a refusal says. */
export async function sendFile(url: string, kind: string, file: File): Promise<string> {
  const form = new FormData()
  form.set('kind', kind)
  form.set('file', file)
  const answer = await fetch(`${url}/api/v1/uploads`, { method: 'POST', body: form })
  if (answer.status !== 201) throw new Error(`The file was refused: ${await answer.text()}`)
  return ((await answer.json()) as { id: string }).id
}

/** An answer as it is at every start: each has a port of its own. */
export const withoutOrigin = (answer: Answer): Answer => ({ ...answer, statusUrl: new URL(answer.statusUrl).pathname })

/** Does the work for every item, `width` at a time, as that many connections would. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) await work(item)
    }),
  )
}
