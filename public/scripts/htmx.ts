/** The little of htmx 4 that our scripts touch: it is a script of its own on the page, and may be absent. */
export type HtmxContext = {
  sourceElement: Element
  request: { method: string; signal?: AbortSignal; form?: HTMLFormElement | null; submitter?: HTMLElement | null }
  /** Absent when no answer came. */
  response?: { status: number; headers: Headers }
  /** The answer's body. */
  text?: string
  /** The answer made the browser leave the page. */
  keepIndicators?: boolean
}

/** What an answer changes: the place named by the request, and others that the answer names itself. */
export type HtmxTask = { fragment: DocumentFragment }

export type HtmxEvent = CustomEvent<{ ctx?: HtmxContext; tasks?: HtmxTask[] }>

/** Wires the `hx-…` attributes of what a script of ours put on the page. */
export function processWithHtmx(element: Element): void {
  const { htmx } = window as { htmx?: { process(element: Element): void } }
  htmx?.process(element)
}

export function onHtmx(name: string, handle: (context: HtmxContext, event: HtmxEvent) => void): void {
  document.addEventListener(name, (event) => {
    const context = (event as HtmxEvent).detail.ctx
    if (context) handle(context, event as HtmxEvent)
  })
}

/** The sentence of an answer that is a refusal rather than a part of the page; undefined for every other answer. */
export function refusalOf({ text }: HtmxContext): string | undefined {
  const first = parseHtml(text ?? '').firstElementChild
  return first?.matches('[data-error-code]') ? (first.textContent ?? '').trim() : undefined
}

/** A later request took its place. */
export const wasReplaced = ({ request, response }: HtmxContext): boolean =>
  response === undefined && request.signal?.aborted === true && request.signal.reason !== 'timeout'

export function parseHtml(html: string): DocumentFragment {
  const template = document.createElement('template')
  template.innerHTML = html
  return template.content
}
