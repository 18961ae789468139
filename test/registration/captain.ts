import type { RegistrationBody } from '#src/registration/model.ts'

export type Sent = { status: number; location: string | null; headers: Headers; html: string }
export type File = { name: string; content: Uint8Array<ArrayBuffer>; type?: string }
type Post = {
  files?: Record<string, File>
  /** As htmx sends it. */
  isHtmx?: boolean
  /** Of a form without files, as our scripts send it. */
  isUrlEncoded?: boolean
}

/** A browser without script: it keeps cookies, follows nothing, and posts the form of the page it was shown last. */
export function captain(url: string) {
  const cookies = new Map<string, string>()
  let token = ''

  async function send(path: string, init: RequestInit = {}): Promise<Sent> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url + path, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const html = await answer.text()
    token = /name="draft" value="([\w-]{43})"/.exec(html)?.[1] ?? token
    return { status: answer.status, location: answer.headers.get('location'), headers: answer.headers, html }
  }

  const visitor = {
    cookies,
    token: () => token,
    open: (path = '/register') => send(path),
    /** Fields in their order after the draft's token, then files. */
    post(path: string, fields: Iterable<readonly [string, string]>, { files = {}, isHtmx, isUrlEncoded }: Post = {}) {
      const all = [['draft', token] as const, ...fields]
      const body = isUrlEncoded ? new URLSearchParams(all.map(([name, value]) => [name, value])) : new FormData()
      if (body instanceof FormData) {
        for (const [name, value] of all) body.append(name, value)
        for (const [slot, { name, content, type = 'application/pdf' }] of Object.entries(files))
          body.append(slot, new Blob([content], { type }), name)
      }
      return send(path, { method: 'POST', body, headers: isHtmx ? { 'hx-request': 'true' } : {} })
    },
    /** The button that sends the registration. */
    sendForm: (registration: RegistrationBody, post?: Post) => visitor.post('/register', fieldsOf(registration), post),
  }
  return visitor
}

/** A registration as the form's own fields: players in rows `p1`, `p2`, … */
export function fieldsOf(registration: RegistrationBody): [string, string][] {
  const contact = (whose: 'captain' | 'viceCaptain') =>
    Object.entries(registration[whose]).map(([field, value]): [string, string] => [`${whose}.${field}`, value ?? ''])
  return [
    ['teamName', registration.teamName],
    ['clubName', registration.clubName],
    ...contact('captain'),
    ...contact('viceCaptain'),
    ...registration.players.flatMap(({ name, role }, index): [string, string][] => [
      ['row', `p${index + 1}`],
      [`players.p${index + 1}.name`, name],
      [`players.p${index + 1}.role`, role ?? ''],
    ]),
    ['paymentReference', registration.paymentReference ?? ''],
  ]
}

/** What the page's fields hold, by their names; a select's choice as its value. */
export function valuesOf(html: string): Record<string, string> {
  const values: Record<string, string> = {}
  let select = ''
  new HTMLRewriter()
    .on('input[name]:not([type=file])', {
      element(input) {
        values[input.getAttribute('name')!] = decode(input.getAttribute('value') ?? '')
      },
    })
    .on('select[name]', {
      element(element) {
        select = element.getAttribute('name')!
        values[select] = ''
      },
    })
    .on('option[selected]', {
      element(option) {
        values[select] = decode(option.getAttribute('value') ?? '')
      },
    })
    .transform(html)
  return values
}

/** What is wrong, by the id of the field it stands beside. */
export function errorsOf(html: string): Record<string, string> {
  const errors: Record<string, string> = {}
  let id = ''
  new HTMLRewriter()
    .on('.field-error[id]', {
      element(element) {
        id = element.getAttribute('id')!.replace(/-error$/, '')
        errors[id] = ''
      },
    })
    .on('.field-error[id] > span', {
      text({ text }) {
        errors[id] += text
      },
    })
    .transform(html)
  return Object.fromEntries(
    Object.entries(errors).map(([field, words]) => [field, decode(words).replace(/^Error:\s*/, '')]),
  )
}

/** The keys of the squad's rows, in their order. */
export const rowsOf = (html: string) => [...html.matchAll(/name="row" value="(p\d+)"/g)].map(([, key]) => key!)

/** Names of the files that the page shows as received, in its order. */
export const filesOf = (html: string) =>
  [...html.matchAll(/class="held-file-name"[^>]*>([^<]*)</g)].map(([, name]) => decode(name!))

const decode = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
