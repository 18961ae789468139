/** The server gives up a body that stands still for as long. */
const STALLED_MS = 30_000

type Sent = { form: HTMLFormElement; input: HTMLInputElement; file: File }
type Heard = { onPercent(percent: number): void; onSent(): void; onEnd(request: XMLHttpRequest): void }

/** One file in a request of its own; only this kind of request tells how far it has come. Its status is 0 where no answer came. */
export function sendFile(sent: Sent, { onPercent, onSent, onEnd }: Heard): XMLHttpRequest {
  const request = new XMLHttpRequest()
  let stalled: ReturnType<typeof setTimeout>
  const watch = () => {
    clearTimeout(stalled)
    stalled = setTimeout(() => request.abort(), STALLED_MS)
  }
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    watch()
    onPercent(total === 0 ? 0 : Math.floor((100 * loaded) / total))
  })
  request.upload.addEventListener('load', onSent)
  request.addEventListener('loadend', () => {
    clearTimeout(stalled)
    onEnd(request)
  })
  request.open('POST', sent.input.dataset.uploadUrl!)
  request.setRequestHeader('HX-Request', 'true')
  request.send(bodyOf(sent))
  watch()
  return request
}

function bodyOf({ form, input, file }: Sent): FormData {
  const body = new FormData()
  body.append('draft', form.querySelector<HTMLInputElement>('input[name="draft"]')?.value ?? '')
  body.append('slot', input.name)
  body.append('file', file)
  return body
}
