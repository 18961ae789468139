import type { ComponentChildren } from 'preact'

export type Description = { term: string; value: ComponentChildren }

/** Facts by name: beside each other where there is room. An absent value (undefined, null, empty) is left out. */
export function DescriptionList({ items }: { items: Description[] }) {
  return (
    <dl class="descriptions">
      {items.filter(isPresent).map((item) => (
        <div key={item.term} class="description">
          <dt>{item.term}</dt>
          <dd>{item.value}</dd>
        </div>
      ))}
    </dl>
  )
}

const isPresent = ({ value }: Description) => value !== undefined && value !== null && value !== ''
