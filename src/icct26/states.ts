import { TEAM_STATES, type TeamState } from '#src/teams/model.ts'

export const STATUSES = ['pending', 'confirmed', 'rejected'] as const
/** The three states that this client knows. */
export type Status = (typeof STATUSES)[number]

/** Whatever is not decided yet is pending. */
export function statusOf(state: TeamState): Status {
  if (state === 'approved') return 'confirmed'
  return state === 'rejected' || state === 'withdrawn' ? 'rejected' : 'pending'
}

/** Our states that a status stands for; all of them without one. */
export const statesOf = (status: Status | undefined): TeamState[] =>
  TEAM_STATES.filter((state) => status === undefined || statusOf(state) === status)
