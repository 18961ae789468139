import type { AppContext } from '#src/context.ts'
import { AppError } from '#src/errors.ts'
import { asAppError } from './errors.ts'
import { countUnknown } from './rate-limit.ts'
import { pathOf, requestState } from './request-state.ts'

/**
 * What a request is refused with that no route takes: NOT_FOUND, METHOD_NOT_ALLOWED (with `Allow`) where its address takes other methods,
 * or RATE_LIMITED, as it is counted like a public page.
 */
export async function refuseUnknown(
  ctx: AppContext,
  request: Request,
  methodsOf: (pathname: string) => string[],
  headers: Record<string, string | number>,
): Promise<AppError> {
  try {
    await countUnknown(ctx, requestState(request), request, headers)
  } catch (error) {
    return asAppError(ctx, request, 'UNKNOWN', error)
  }
  const methods = methodsOf(pathOf(request))
  if (methods.length === 0 || methods.includes(request.method)) return new AppError('NOT_FOUND')
  headers.allow = methods.join(', ')
  return new AppError('METHOD_NOT_ALLOWED')
}
