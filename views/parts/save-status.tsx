import { m } from '#messages'

/** Where `save-status.ts` says whether the draft is kept; one in a form that htmx saves, empty until the first save. */
export function SaveStatus() {
  return (
    <p
      class="save-status"
      role="status"
      data-save-status
      data-saving={m.parts_save_saving()}
      data-saved={m.parts_save_saved()}
      data-retrying={m.parts_save_retrying()}
      data-failed={m.parts_save_failed()}
    />
  )
}
