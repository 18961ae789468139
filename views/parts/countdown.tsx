import { m } from '#messages'

export type CountdownProps = {
  seconds: number
  /** Says how long, for everybody; without it a sentence beside the countdown does. */
  sentence?: string
}

/**
 * The rest of a wait. Without script the sentence says all there is to say; `countdown.ts` shows the time as it goes, to eyes only, and says
 * once that it is over. Whatever is marked `data-countdown-retry` on the same page becomes ready with it.
 */
export function Countdown({ seconds, sentence }: CountdownProps) {
  return (
    <div data-countdown={String(seconds)}>
      <p>
        {sentence}{' '}
        <span class="font-semibold tabular-nums" aria-hidden="true" data-countdown-time hidden>
          {clock(seconds)}
        </span>
      </p>
      <p role="status" class="font-semibold" data-countdown-over={m.parts_wait_over()} />
    </div>
  )
}

/** "Please try again in 40 seconds.", or in whole minutes from two on. */
export const waitSentence = (seconds: number): string =>
  seconds < 120 ? m.errors_wait({ count: seconds }) : m.errors_wait_minutes({ count: Math.ceil(seconds / 60) })

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
