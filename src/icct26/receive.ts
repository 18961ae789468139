import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { receiveFile } from '#src/documents/service.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { BODY_WHOLE_FORM } from '#src/http/limits.ts'
import { readMultipart, wholeForm } from '#src/http/multipart.ts'
import type { SentFile } from '#src/registration/service.ts'
import { documentOf } from './fields.ts'

/** Refusals of one file that are told with all that is wrong; what is no fault of the file ends the form, to be sent again. */
const OF_ONE_FILE: ReadonlySet<string> = new Set(['FILE_TOO_LARGE', 'UNSUPPORTED_FILE_TYPE', 'VALIDATION_FAILED'])

export type ReceivedForm = {
  texts: ReadonlyMap<string, string>
  /** Whole, checked, under temporary names. */
  files: SentFile[]
  wrongFiles: FieldError[]
}

type Server = Parameters<typeof readMultipart>[1]

/**
 * Reads the form as it arrives, its parts in any order, files straight to the disk; of a field that comes twice the last one counts.
 * Hands it to `use` and deletes then, and whenever something fails, what was not kept. Throws as `readMultipart`, `receiveFile` and `use` do.
 */
export async function withReceivedForm<T>(
  ctx: AppContext,
  { request, server, sender }: { request: Request; server: Server; sender: string },
  use: (form: ReceivedForm) => Promise<T>,
): Promise<T> {
  const texts = new Map<string, string>()
  const files = new Map<string, SentFile>()
  const wrongFiles = new Map<string, FieldError>()
  try {
    await readMultipart(request, server, wholeForm(ctx.config, BODY_WHOLE_FORM.maxBytes), {
      onField(field, value) {
        if (documentOf(field) === undefined) texts.set(field, value)
        else if (value !== '') wrongFiles.set(field, { field, code: 'file', message: m.icct26_not_a_file() })
      },

      async onFile(field, originalName, _mimeType, content) {
        const place = documentOf(field)
        if (!place) return void wrongFiles.set(field, { field, code: 'slot', message: m.form_file_kind_unknown() })
        const former = files.get(field)
        files.delete(field)
        wrongFiles.delete(field)
        if (former) await ctx.files.discard(former.received)
        const received = await receiveFile(ctx, content, sender).catch((error) => noted(field, error))
        if (received) files.set(field, { field, ...place, received, originalName })
      },
    })
    return await use({ texts, files: [...files.values()], wrongFiles: [...wrongFiles.values()] })
  } finally {
    await Promise.all([...files.values()].map(({ received }) => ctx.files.discard(received)))
  }

  function noted(field: string, error: unknown): undefined {
    if (!(error instanceof AppError) || !OF_ONE_FILE.has(error.code)) throw error
    const [{ code, message } = { code: error.code.toLowerCase(), message: error.message }] = error.errors
    wrongFiles.set(field, { field, code, message })
    ctx.log.warn({ kind: documentOf(field)?.kind, code: error.code }, 'upload.refused')
  }
}
