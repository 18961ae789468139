import { currentScope, inScope, Scope } from '#src/lib/scope.ts'
import type { Vitals } from './vitals.ts'

/** What is done after an answer has as long as a request has. */
const WORK_MAX_MS = 60_000

/**
 * Begins work that nobody waits for, when the answer is made: what it finds is told by nothing, not even by time. A server that stops waits
 * for it, as for a request, whose id and address it goes on under. The work catches what it throws.
 */
export function doAfterwards(vitals: Pick<Vitals, 'gate'>, work: () => Promise<void>): void {
  const scope = new Scope()
  scope.endWithin(WORK_MAX_MS)
  const asked = currentScope()
  scope.requestId = asked?.requestId
  scope.address = asked?.address
  void vitals.gate.pass(scope, () => inScope(scope, work))
}
