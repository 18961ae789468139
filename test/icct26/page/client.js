/** A client as small as one can be: it calls the server as the first one does, from its own origin or, with `?api=…`, from another. */
const api = new URLSearchParams(location.search).get('api') ?? ''
const WAITS_MS = [1000, 2000, 4000]
const TIMEOUT_MS = 120_000
let token

/** What a test asks the page to do. */
window.client = {
  useToken(given) {
    token = given
  },

  ask: (path, method = 'GET', body = undefined) => send(path, { method, body }),

  /** The fields, and the files that were chosen, each named as its field; the same again where no answer could be read. */
  async register(fields, key) {
    const form = new FormData()
    for (const file of document.querySelector('#files').files) form.append(file.name.replace(/\.\w+$/, ''), file)
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    const tries = []
    for (const wait of [...WAITS_MS, undefined]) {
      const answer = await sendForm(form, key).catch(() => undefined)
      tries.push(answer?.status ?? 'no answer')
      if (answer !== undefined && ![408, 429].includes(answer.status)) return { ...answer, tries }
      if (wait !== undefined) await new Promise((done) => setTimeout(done, wait))
    }
    return { tries }
  },

  /** Whether a picture at this address can be shown here, and how many bytes it has. */
  async look(address) {
    const picture = new Image()
    picture.src = address
    document.body.append(picture)
    await picture.decode()
    return { width: picture.naturalWidth, bytes: (await (await fetch(address)).arrayBuffer()).byteLength }
  },
}
document.querySelector('#state').textContent = 'ready'

async function send(path, { method, body }) {
  const answer = await fetch(api + path, {
    method,
    body,
    credentials: api === '' ? 'same-origin' : 'omit',
    headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
  })
  return read(answer)
}

async function sendForm(form, key) {
  const init = {
    method: 'POST',
    body: form,
    headers: { 'Idempotency-Key': key },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }
  return read(await fetch(`${api}/api/register/team`, init))
}

const read = async (answer) => ({
  status: answer.status,
  body: await answer.json(),
  requestId: answer.headers.get('x-request-id'),
  isReplayed: answer.headers.get('idempotent-replayed') === 'true',
  total: answer.headers.get('x-total-count'),
})
