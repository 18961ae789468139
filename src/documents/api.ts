import { Elysia } from 'elysia'
import { m } from '#messages'
import type { AppContext } from '#src/context.ts'
import { AppError, type FieldError } from '#src/errors.ts'
import { CONTENT_TYPES } from '#src/files/file-type.ts'
import type { ReceivedFile } from '#src/files/storage.ts'
import { admit } from '#src/http/admit.ts'
import { bodyFile } from '#src/http/limits.ts'
import { oneFile, readMultipart } from '#src/http/multipart.ts'
import { BODY_REFUSALS, jsonAnswer, multipartBody, refusals } from '#src/http/openapi.ts'
import { networkOf } from '#src/lib/networks.ts'
import { isDocumentKind, UploadAnswer, UploadBody } from './model.ts'
import { receiveFile, saveUpload } from './service.ts'

/** Files sent on their own, to be named in a registration within a day. */
export const documentsApi = (ctx: AppContext) => {
  const body = bodyFile(ctx.config.maxFileSize)
  return new Elysia({ name: 'documents.api' }).use(admit(ctx)).post(
    '/uploads',
    async ({ request, server, tournament, address, set }) => {
      const sender = networkOf(address)
      try {
        const { kind, received, originalName } = await readUploadForm(ctx, request, server, body.maxBytes, sender)
        const answer = await saveUpload(ctx, { tournamentId: tournament.id, kind, received, originalName, sender })
        // Its id opens it: the log has none.
        ctx.log.info({ kind, bytes: answer.bytes }, 'upload.kept')
        set.status = 201
        return answer
      } catch (error) {
        if (error instanceof AppError) ctx.log.warn({ code: error.code }, 'upload.refused')
        throw error
      }
    },
    {
      admit: { tier: 'file', public: true, body },
      detail: {
        summary: 'Send one file',
        description: 'multipart/form-data with `file` (PDF, PNG, JPEG, WebP, HEIC) and `kind`, in any order.',
        tags: ['registrations'],
        requestBody: multipartBody(UploadBody, { file: Object.keys(CONTENT_TYPES) }),
        responses: {
          201: jsonAnswer('Kept', UploadAnswer),
          ...refusals(
            ...BODY_REFUSALS,
            'FILE_TOO_LARGE',
            'UNSUPPORTED_FILE_TYPE',
            'VALIDATION_FAILED',
            'STORAGE_UNAVAILABLE',
          ),
        },
      },
    },
  )
}

type Server = Parameters<typeof readMultipart>[1]

/** The fields `kind` and `file`, in any order. The file is gone again where either is wrong. Throws VALIDATION_FAILED and what reading throws. */
async function readUploadForm(ctx: AppContext, request: Request, server: Server, maxBytes: number, sender: string) {
  let kind = ''
  let originalName = ''
  let received: ReceivedFile | undefined
  try {
    await readMultipart(request, server, oneFile(ctx.config, maxBytes), {
      onField(name, value) {
        if (name === 'kind') kind = value
      },
      async onFile(name, filename, _mimeType, content) {
        if (name !== 'file') return
        originalName = filename
        received = await receiveFile(ctx, content, sender)
      },
    })
    const errors: FieldError[] = []
    if (kind === '') errors.push({ field: 'kind', code: 'required', message: m.documents_kind_missing() })
    else if (!isDocumentKind(kind)) errors.push({ field: 'kind', code: 'unknown', message: m.documents_kind_unknown() })
    if (received === undefined) errors.push({ field: 'file', code: 'required', message: m.documents_file_missing() })
    if (!isDocumentKind(kind) || received === undefined) throw new AppError('VALIDATION_FAILED', { errors })
    return { kind, received, originalName }
  } catch (error) {
    if (received) await ctx.files.discard(received)
    throw error
  }
}
