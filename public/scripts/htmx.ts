/** The little of htmx 4 that our scripts touch: it is a script of its own on the page, and may be absent. */
export type HtmxContext = {
  sourceElement: Element
  request: { method: string; signal?: AbortSignal }
  /** Absent when no answer came. */
  response?: { status: number }
}

export type HtmxEvent = CustomEvent<{ ctx?: HtmxContext }>

/** Wires the `hx-…` attributes of what a script of ours put on the page. */
export function processWithHtmx(element: Element): void {
  const { htmx } = window as { htmx?: { process(element: Element): void } }
  htmx?.process(element)
}

export function onHtmx(name: string, handle: (context: HtmxContext) => void): void {
  document.addEventListener(name, (event) => {
    const context = (event as HtmxEvent).detail.ctx
    if (context) handle(context)
  })
}
