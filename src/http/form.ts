import type { Server } from 'bun'
import { mediaType, readFields } from './body.ts'
import { type MultipartHandlers, type MultipartLimits, readMultipart } from './multipart.ts'

/**
 * Reads a posted form, part by part, whether it was sent as multipart (with files) or URL-encoded (without).
 * Throws what either reader refuses with.
 */
export async function readForm(
  request: Request,
  server: Server<unknown> | null,
  limits: MultipartLimits,
  handlers: MultipartHandlers,
): Promise<void> {
  if (mediaType(request) !== 'application/x-www-form-urlencoded')
    return readMultipart(request, server, limits, handlers)
  for (const [name, value] of await readFields(request, limits.textBytes)) await handlers.onField(name, value)
}
