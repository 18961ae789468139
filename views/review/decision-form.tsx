import { m } from '#messages'
import type { TeamState } from '#src/teams/model.ts'
import { Button } from '#views/parts/button.tsx'
import { Field } from '#views/parts/field.tsx'

export type DecisionFormProps = {
  /** The registration's page; a decision is posted below it. */
  address: string
  csrf: string
  /** The state that is being decided on: a decision on a page that was overtaken is refused. */
  state: TeamState
  outcomes: ('approved' | 'rejected')[]
  reasonMax: number
  reason?: string
  error?: string
}

const PATHS = { approved: 'approval', rejected: 'rejection' } as const
const LOOKS = { approved: { kind: 'primary', icon: 'check' }, rejected: { kind: 'danger', icon: 'cross' } } as const
const WORDS = { approved: m.review_approve, rejected: m.review_reject }
const BUSY_WORDS = { approved: m.review_approving, rejected: m.review_rejecting }

/** One reason, a button for each way to decide; the reason is compulsory for a refusal only. */
export function DecisionForm({ address, csrf, state, outcomes, reasonMax, reason, error }: DecisionFormProps) {
  return (
    <form class="form-stack" method="post" action={`${address}/${PATHS[outcomes[0]!]}`}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="expectedState" value={state} />
      <Field
        name="reason"
        label={m.review_reason()}
        type="textarea"
        rows={3}
        maxLength={reasonMax}
        hint={m.review_reason_hint()}
        value={reason}
        error={error}
      />
      <div class="button-row">
        {outcomes.map((outcome) => (
          <Button
            key={outcome}
            type="submit"
            {...LOOKS[outcome]}
            formaction={`${address}/${PATHS[outcome]}`}
            busyLabel={BUSY_WORDS[outcome]()}
          >
            {WORDS[outcome]()}
          </Button>
        ))}
      </div>
    </form>
  )
}
