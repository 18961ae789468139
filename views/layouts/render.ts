import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'

/** A whole document, with its doctype. */
export function renderPage<Props>(page: VNode<Props>): string {
  return `<!doctype html>${renderToString(page)}`
}

/** A part of a page, as htmx and our scripts swap it in. */
export function renderFragment<Props>(fragment: VNode<Props>): string {
  return renderToString(fragment)
}
