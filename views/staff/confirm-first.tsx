import { m } from '#messages'
import { LinkButton } from '#views/parts/button.tsx'

/** Stands where a form would be, for somebody who has not shown lately that it is them. */
export function ConfirmFirst({ next }: { next: string }) {
  return (
    <div class="form-stack">
      <p>{m.accounts_confirm_first()}</p>
      <div>
        <LinkButton href={`/confirm?next=${encodeURIComponent(next)}`} kind="primary">
          {m.accounts_confirm()}
        </LinkButton>
      </div>
    </div>
  )
}
