import { m } from '#messages'
import { EmptyState } from '#views/parts/empty-state.tsx'

/** A document on the page; without `href` it was sent, but this person may not look at it. */
export type ShownDocument = {
  id: string
  /** Its kind, and whose it is. */
  label: string
  fileName?: string
  href?: string
  /** How browsers can show it in the page; `link` where they cannot. */
  shownAs: 'image' | 'pdf' | 'link'
}

/** Every document, closed: what is in it is asked for, and written down, when it is opened. */
export function DocumentList({ documents }: { documents: ShownDocument[] }) {
  if (documents.length === 0) return <EmptyState title={m.review_no_documents()} icon="file" />
  return (
    <ul class="flex flex-col gap-3">
      {documents.map((document) => (
        <li key={document.id}>
          {document.href === undefined ? document.label : <OpenableDocument {...document} href={document.href} />}
        </li>
      ))}
    </ul>
  )
}

/** A picture that does not come makes room for a sentence and another try (public/scripts/pictures.ts). */
function Picture({ src, label }: { src: string; label: string }) {
  return (
    <div data-picture>
      <img class="max-h-[80vh] max-w-full self-start" src={src} alt={label} loading="lazy" />
      <div class="flex flex-wrap items-center gap-3 rounded-(--radius-field) bg-base-200 p-4" role="status" hidden>
        <span>{m.review_picture_missing()}</span>
        <button class="btn btn-sm" type="button">
          {m.review_picture_retry()}
        </button>
      </div>
    </div>
  )
}

function OpenableDocument({ label, fileName, href, shownAs }: ShownDocument & { href: string }) {
  const link = (
    <a class="link" href={href} target="_blank" rel="noopener">
      {m.review_open_document({ name: fileName ?? label })}
    </a>
  )
  if (shownAs === 'link')
    return (
      <p>
        {label}: {link}
      </p>
    )
  return (
    <details class="rounded-(--radius-field) border border-base-300 px-4">
      <summary class="min-h-11 cursor-pointer py-2.5 font-semibold">{label}</summary>
      <div class="flex flex-col gap-3 pb-4">
        {link}
        {shownAs === 'image' ? (
          <Picture src={`${href}/picture`} label={label} />
        ) : (
          // A sandboxed frame stays empty in Safari: the file's own headers guard it.
          <iframe class="h-[80vh] w-full" src={href} title={label} loading="lazy" />
        )}
      </div>
    </details>
  )
}
