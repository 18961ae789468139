import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'

/** A whole document, with its doctype. */
export function renderPage(page: VNode): string {
  return `<!doctype html>${renderToString(page)}`
}

/** A part of a page, as htmx and our scripts swap it in. */
export function renderFragment(fragment: VNode): string {
  return renderToString(fragment)
}
