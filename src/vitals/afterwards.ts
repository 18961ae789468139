import { currentScope, inScope, Scope } from '#src/lib/scope.ts'
import type { Vitals } from './vitals.ts'

/** What is done after an answer has as long as a request has. */
const WORK_MAX_MS = 60_000
/** Begun at once, it would take its share of the processor from the answer that is on its way. */
const AFTER_ANSWER_MS = 50

/**
 * Begins work that nobody waits for, when the answer is gone: what it finds is told by nothing, not even by time. A server that stops waits
 * for it, as for a request, whose id and address it goes on under. The work catches what it throws.
 */
export function doAfterwards(vitals: Pick<Vitals, 'gate'>, work: () => Promise<void>): void {
  const scope = new Scope()
  scope.endWithin(WORK_MAX_MS)
  const asked = currentScope()
  scope.requestId = asked?.requestId
  scope.address = asked?.address
  const begin = async () => {
    await Bun.sleep(AFTER_ANSWER_MS)
    await work()
  }
  void vitals.gate.pass(scope, () => inScope(scope, begin))
}
