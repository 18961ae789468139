import { m } from '#messages'
import type { SummaryError } from '#views/parts/error-summary.tsx'

/** Stands in the frame of a message instead of it, which brings its own looks. */
export function FramedErrors({ errors, lang = 'en' }: { errors: SummaryError[]; lang?: string }) {
  return (
    <html lang={lang}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{m.letters_wrong()}</title>
      </head>
      <body style="font: 16px/1.5 system-ui, sans-serif; margin: 16px; overflow-wrap: anywhere;">
        <h1 style="font-size: 18px;">{m.letters_wrong()}</h1>
        <ul>
          {errors.map(({ field, message }) => (
            <li key={field}>{message}</li>
          ))}
        </ul>
      </body>
    </html>
  )
}
