import type { AppContext, Tournament } from '#src/context.ts'
import { chooseEncoding, compress, type Encoding, VARY } from './compression.ts'
import { requestState } from './request-state.ts'

const TYPE = 'application/json'
/** Of one tournament: pages of its lists, most of all the first ones. */
const ANSWERS_MAX = 100

type Body = Uint8Array<ArrayBuffer>
type Kept = { stamp: string; plain: Body; packed: Map<string, Body> }
const kept = new WeakMap<Tournament, Map<string, Kept>>()

/**
 * A JSON answer that is the same for everybody who asks at an address: made and compressed once, then given as it is while its stamp
 * stays the same, and at most for as long as the tournament's settings are remembered.
 *
 * @param stamp differs whenever the answer would; read before it is made
 */
export async function keptAnswer(
  ctx: AppContext,
  { request, tournament }: { request: Request; tournament: Tournament },
  stamp: string,
  make: () => Promise<unknown>,
): Promise<Response> {
  const answers = kept.get(tournament) ?? new Map<string, Kept>()
  kept.set(tournament, answers)
  const { url } = requestState(request)
  const address = `${url?.pathname}${url?.search}`
  let answer = answers.get(address)
  if (answer?.stamp !== stamp) {
    answer = { stamp, plain: Buffer.from(JSON.stringify(await make())), packed: new Map() }
    if (answers.size >= ANSWERS_MAX) answers.clear()
    answers.set(address, answer)
  }
  return respond(
    answer,
    ctx.config.enableCompression ? chooseEncoding(request.headers.get('accept-encoding')) : undefined,
  )
}

function respond({ plain, packed }: Kept, encoding: Encoding | undefined): Response {
  const small = encoding && (packed.get(encoding) ?? (compress(plain, TYPE, encoding) as Body | undefined))
  if (small) packed.set(encoding, small)
  const body = small ?? plain
  const headers = { 'content-type': TYPE, vary: VARY, 'content-length': String(body.byteLength) }
  return new Response(body, { headers: small ? { ...headers, 'content-encoding': encoding } : headers })
}
