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

/** Whether an answer refuses without a part of the page that tells what is wrong: from us, or from whatever stands before us. */
export function isRefusal({ response, text }: HtmxContext): boolean {
  if (response === undefined || response.status < 400) return false
  return parseHtml(text ?? '').querySelector('[data-error-summary], [data-section], [data-file-field]') === null
}

/** Our own sentence in a refusal. */
export function sentenceOf({ text }: HtmxContext): string | undefined {
  return parseHtml(text ?? '')
    .querySelector('[data-error-code]')
    ?.textContent?.trim()
}

/** A later request took its place. */
export const wasReplaced = ({ request, response }: HtmxContext): boolean =>
  response === undefined && request.signal?.aborted === true && request.signal.reason !== 'timeout'

export function parseHtml(html: string): DocumentFragment {
  const template = document.createElement('template')
  template.innerHTML = html
  return template.content
}
