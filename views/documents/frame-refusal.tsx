import { m } from '#messages'
import { assetUrl } from '#views/layouts/assets.ts'

/** What stands in a frame instead of a document that cannot be shown; `retryHref` is missing where asking again does not help. */
export function FrameRefusal({ sentence, retryHref }: { sentence: string; retryHref?: string }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{sentence}</title>
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href={assetUrl('styles.css')} />
      </head>
      <body>
        <main class="picture-missing">
          <p>{sentence}</p>
          {retryHref !== undefined && (
            <a class="btn button-secondary" href={retryHref}>
              {m.documents_frame_retry()}
            </a>
          )}
        </main>
      </body>
    </html>
  )
}
