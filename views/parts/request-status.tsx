import { m } from '#messages'
import { Icon } from './icon.tsx'

/**
 * Where `request-status.ts` says that what was just pressed did not come through; one in a form that htmx sends. What the server says
 * goes before our own sentences, and nothing on the page changes.
 */
export function RequestStatus() {
  return (
    <div
      class="request-status notice notice-error"
      role="alert"
      hidden
      data-request-status
      data-offline={m.parts_request_offline()}
      data-failed={m.parts_request_failed()}
      data-wait={m.parts_request_wait({ seconds: '{seconds}' })}
      data-files={m.parts_request_files()}
    >
      <Icon name="alert" />
      <p class="notice-text" data-request-words />
    </div>
  )
}
