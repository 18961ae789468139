import type { ComponentChildren } from 'preact'

export type FieldGroupProps = { legend: string; hint?: string; id?: string; children: ComponentChildren }

/** Fields that belong to one thing (a captain, a player), named as a group; on wide screens two beside each other. */
export function FieldGroup({ legend, hint, id, children }: FieldGroupProps) {
  return (
    <fieldset class="field-group" id={id}>
      <legend class="field-group-legend">{legend}</legend>
      {hint && <p class="field-hint">{hint}</p>}
      <div class="field-grid">{children}</div>
    </fieldset>
  )
}
