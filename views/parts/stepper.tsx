import { m } from '#messages'
import { Icon } from './icon.tsx'

export type StepState = 'done' | 'current' | 'upcoming' | 'wrong'
export type Step = { label: string; state: StepState; href?: string }

export type StepperProps = { steps: Step[]; label?: string }

const CLASSES: Record<StepState, string> = {
  done: 'step-item step-done',
  current: 'step-item step-current',
  upcoming: 'step-item step-upcoming',
  wrong: 'step-item step-wrong',
}

/** Where one is in a long form. On a phone only the present step keeps its name on the screen; all keep it for screen readers. */
export function Stepper({ steps, label }: StepperProps) {
  return (
    <nav class="stepper" aria-label={label ?? m.parts_steps_label()}>
      <ol>
        {steps.map((step, index) => (
          <li key={step.label} class={CLASSES[step.state]} aria-current={step.state === 'current' ? 'step' : undefined}>
            <StepContent step={step} number={index + 1} />
          </li>
        ))}
      </ol>
    </nav>
  )
}

function StepContent({ step, number }: { step: Step; number: number }) {
  const content = (
    <>
      <span class="step-dot" aria-hidden="true">
        {step.state === 'done' ? <Icon name="check" /> : step.state === 'wrong' ? <Icon name="alert" /> : number}
      </span>
      <span class="step-label">
        {step.label}
        {step.state === 'done' && <span class="sr-only"> {m.parts_step_done()}</span>}
        {step.state === 'wrong' && <span class="sr-only"> {m.parts_step_wrong()}</span>}
      </span>
    </>
  )
  return step.href ? (
    <a class="step-link" href={step.href}>
      {content}
    </a>
  ) : (
    <span class="step-link">{content}</span>
  )
}
