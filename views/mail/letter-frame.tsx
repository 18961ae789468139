import { m } from '#messages'

/** A message as HTML, where nothing of it runs. */
export function LetterFrame({ src, name }: { src: string; name?: string }) {
  return (
    <iframe
      class="h-[70vh] w-full rounded-(--radius-field) border border-base-300"
      src={src}
      name={name}
      title={m.mail_preview_frame()}
      sandbox=""
      loading="lazy"
    />
  )
}
