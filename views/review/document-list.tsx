import { m } from '#messages'
import { EmptyState } from '#views/parts/empty-state.tsx'
import { Picture } from '#views/parts/picture.tsx'

/** A document on the page; without `href` it was sent, but this person may not look at it. */
export type ShownDocument = {
  id: string
  /** Its kind, and whose it is. */
  label: string
  fileName?: string
  href?: string
  /** What became of it, once its file was erased. */
  erased?: string
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
          {document.href === undefined ? (
            [document.label, document.erased].filter(Boolean).join(': ')
          ) : (
            <OpenableDocument {...document} href={document.href} />
          )}
        </li>
      ))}
    </ul>
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
          <Picture src={`${href}/picture`} label={label} class="max-h-[80vh] max-w-full self-start" />
        ) : (
          // A sandboxed frame stays empty in Safari: the file's own headers guard it. Phones, which show no PDF in a frame, get the link alone.
          <iframe class="pdf-frame" src={href} title={label} loading="lazy" />
        )}
      </div>
    </details>
  )
}
