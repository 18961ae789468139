import { m } from '#messages'
import { Button } from './button.tsx'

export type PictureProps = {
  src: string
  label: string
  class: string
  /** What pressing it opens. */
  href?: string
}

/** A picture from the file store; one that does not come makes room for a sentence and another try (public/scripts/pictures.ts). */
export function Picture({ src, label, class: className, href }: PictureProps) {
  const image = <img class={className} src={src} alt={label} loading="lazy" />
  return (
    <div data-picture data-none={m.review_picture_none()} tabIndex={-1}>
      {href === undefined ? (
        image
      ) : (
        <a href={href} tabIndex={-1}>
          {image}
        </a>
      )}
      <div class="picture-missing" role="status" hidden>
        <span data-picture-words>{m.review_picture_missing()}</span>
        <Button kind="secondary">{m.review_picture_retry()}</Button>
      </div>
    </div>
  )
}
