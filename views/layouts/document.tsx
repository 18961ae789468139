import type { ComponentChildren } from 'preact'
import { m } from '#messages'
import { assetUrl } from './assets.ts'

/**
 * htmx within `default-src 'self'`: no style element of its own, no extension that was not bundled, going back reloads.
 * An answer that is no page of ours to show (a refusal to hurry, a failure) swaps nothing: what was typed stays on the screen.
 */
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorCSS: false,
  history: 'reload',
  extensions: 'none',
  noSwap: [204, 304, 408, 429, '5xx'],
})

export type Theme = 'light' | 'dark'

export type DocumentProps = {
  /** The page's own title; `site` follows it. */
  title: string
  site: string
  /** BCP 47; the language of the words on the page. */
  lang?: string
  /** Without it the person's system decides. */
  theme?: Theme
  /** True for pages of one team or of staff: search engines stay away. */
  isPrivate?: boolean
  children: ComponentChildren
}

/** The frame that every page shares: head, skip link, styles and scripts by address only. */
export function Document({ title, site, lang = 'en', theme, isPrivate = false, children }: DocumentProps) {
  return (
    <html lang={lang} data-theme={theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title === site ? site : `${title} · ${site}`}</title>
        <meta name="color-scheme" content={theme ?? 'light dark'} />
        <meta name="theme-color" content="#0e2238" />
        <meta name="format-detection" content="telephone=no" />
        {isPrivate && <meta name="robots" content="noindex, nofollow" />}
        <meta name="htmx-config" content={HTMX_CONFIG} />
        <link rel="icon" type="image/svg+xml" href={assetUrl('icon.svg')} />
        <link rel="stylesheet" href={assetUrl('styles.css')} />
        <script src={assetUrl('htmx.js')} defer />
        <script src={assetUrl('app.js')} defer />
      </head>
      <body>
        <a class="skip-link" href="#main">
          {m.layout_skip_to_content()}
        </a>
        {children}
      </body>
    </html>
  )
}
