import type { ComponentChildren } from 'preact'

export type Fact = { label: string; value: ComponentChildren; href?: string; note?: string }

/** The scoreboard: a few figures or dates that matter most, large, on ink. */
export function Facts({ facts, label }: { facts: Fact[]; label?: string }) {
  return (
    <dl class="facts" aria-label={label}>
      {facts.map((fact) => (
        <div key={fact.label} class="fact">
          <dt>{fact.href ? <a href={fact.href}>{fact.label}</a> : fact.label}</dt>
          <dd>
            <span class="fact-value">{fact.value}</span>
            {fact.note && <span class="fact-note">{fact.note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
