import { m } from '#messages'
import { Button } from './button.tsx'
import { FieldError } from './field-frame.tsx'

/**
 * What `upload.ts` shows in a file field while its file is on the way, with every sentence it may need; once in each form of file fields.
 * The script shows the element of the present state (`data-upload-state`), fills `{percent}`, and copies sentences, never writes any.
 */
export function UploadProgress() {
  return (
    <>
      <template data-upload-template>
        <div class="upload">
          <p class="upload-words">
            <span data-upload-name class="upload-name" dir="auto" />
            <span data-upload-state="queued">{m.parts_upload_queued()}</span>
            <span data-upload-state="preparing">{m.parts_upload_preparing()}</span>
            <span data-upload-state="sending">
              <span data-upload-percent>0</span> %
            </span>
            <span data-upload-state="storing">{m.parts_upload_storing()}</span>
            <span data-upload-state="offline">{m.parts_upload_offline()}</span>
            <span data-upload-state="waiting">{m.parts_upload_waiting()}</span>
          </p>
          <progress class="progress" max={100} value={0} aria-label={m.parts_upload_label()} />
          <div data-upload-state="failed">
            <FieldError message={m.parts_upload_failed()} />
            <p class="field-hint" data-upload-reason />
          </div>
          <div data-upload-state="refused">
            <FieldError message={m.parts_upload_too_large()} />
          </div>
          <div class="upload-actions">
            <Button kind="secondary" attributes={{ 'data-upload-retry': true }}>
              {m.parts_upload_retry()}
            </Button>
            <Button kind="quiet" attributes={{ 'data-upload-cancel': true }}>
              {m.parts_upload_cancel()}
            </Button>
          </div>
        </div>
      </template>
      <p
        class="sr-only"
        role="status"
        data-upload-announcer
        data-progress={m.parts_upload_announce_progress({ label: '{label}', percent: '{percent}' })}
        data-offline={m.parts_upload_announce_offline({ label: '{label}' })}
        data-done={m.parts_upload_announce_done({ label: '{label}' })}
        data-failed={m.parts_upload_announce_failed({ label: '{label}' })}
        data-refused={m.parts_upload_announce_refused({ label: '{label}' })}
      />
    </>
  )
}
