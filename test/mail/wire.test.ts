import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { LOOPBACK_CERTIFICATE } from '#test/support/loopback-certificate.ts'
import { openPostOffice, type PostOffice, post, rowOf, untilState } from './post-office.ts'

setDefaultTimeout(30_000)

let open: PostOffice
afterEach(() => open.end())

const SECURE = { smtpSecurity: 'starttls', smtpCa: LOOPBACK_CERTIFICATE } as const

test.each(['starttls', 'tls'] as const)(
  'mail goes out encrypted by %s, to a server that proves who it is',
  async (security) => {
    open = await openPostOffice({ config: { ...SECURE, smtpSecurity: security }, standIn: { security } })
    await untilState(open.ctx, await post(open.ctx), 'sent')
    expect(open.server.received).toMatchObject([{ isSecure: true }])
  },
)

test('without encryption, or with a stranger’s certificate, nothing is handed over', async () => {
  open = await openPostOffice({ config: SECURE, standIn: { security: 'none' } })
  const clear = await untilState(open.ctx, await post(open.ctx), 'retrying')
  expect(clear.lastAnswer).toStartWith('No encryption with the mail server: 500')
  expect(open.server.received).toEqual([])
  await open.end()
  open = await openPostOffice({ config: { ...SECURE, smtpCa: undefined }, standIn: { security: 'starttls' } })
  const strange = await untilState(open.ctx, await post(open.ctx), 'retrying')
  expect(strange.lastAnswer).toMatch(/certificate|self.signed/i)
  expect(open.server.received).toEqual([])
})

test('it signs in; a wrong password is no mail’s fault, and is not told', async () => {
  const login = { user: 'office', password: 'a rope for the marquee' }
  const account = { smtpUsername: login.user, smtpPassword: login.password }
  open = await openPostOffice({ config: { ...SECURE, ...account }, standIn: { security: 'starttls', login } })
  await untilState(open.ctx, await post(open.ctx), 'sent')
  await open.end()
  const wrong = { ...account, smtpPassword: 'a rope for the tent' }
  open = await openPostOffice({ config: { ...SECURE, ...wrong }, standIn: { security: 'starttls', login } })
  const { lastAnswer } = await untilState(open.ctx, await post(open.ctx), 'retrying')
  expect(lastAnswer).toContain('535')
  expect(lastAnswer).not.toContain('tent')
  expect(open.ctx.logged.join('')).not.toContain('tent')
})

test('names, addresses and words from outside add no header, no recipient and no command', async () => {
  open = await openPostOffice()
  const { ctx, server } = open
  const inject = '\r\nBcc: thief@example.org\r\n\r\nBuy'
  const named = await post(ctx, {
    toName: `Samuel${inject} "<thief@example.org>, `,
    toAddress: 'samuel@example.org',
    data: {
      teamName: `Kings${inject}`,
      reference: 'ABCD1234',
      reason: '.\r\nRCPT TO:<thief@example.org>\r\n<b>bold</b>',
    },
  })
  await untilState(ctx, named, 'sent')
  expect(server.received).toHaveLength(1)
  const [mail] = server.received
  expect(mail!.envelope).toEqual({ from: 'office@cup.example.org', to: ['samuel@example.org'] })
  expect([...mail!.headers.keys()].sort()).toEqual(
    ['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'].sort(),
  )
  expect(mail!.to).toMatchObject({ value: [{ address: 'samuel@example.org' }] })
  expect(mail!.subject).toContain('Kings Bcc: thief@example.org Buy')
  expect(mail!.html).toContain('&lt;b>bold&lt;/b>')
  expect(mail!.text).toContain('RCPT TO:<thief@example.org>')
  for (const toAddress of [
    'a@example.org\r\nRCPT TO:<b@example.org>',
    'a@example.org, b@example.org',
    '<a@example.org>',
  ]) {
    const id = await post(ctx, { toAddress })
    expect(await untilState(ctx, id, 'failed')).toMatchObject({ attempts: 1, lastAnswer: 'This is no e-mail address.' })
  }
  expect(server.received).toHaveLength(1)
})

test('names of every script arrive as they are written', async () => {
  open = await openPostOffice()
  await untilState(
    open.ctx,
    await post(open.ctx, { toName: 'கார்த்திக் ராஜ்', data: { teamName: 'சென்னை', reference: 'A' } }),
    'sent',
  )
  expect(open.server.received).toMatchObject([{ to: { value: [{ name: 'கார்த்திக் ராஜ்' }] } }])
  expect(open.server.received[0]!.subject).toContain('சென்னை')
})

test('stopping waits for a mail that is being sent, but not for ever', async () => {
  open = await openPostOffice()
  const { ctx, server, office } = open
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<undefined>()
  server.rules = {
    data() {
      asked.resolve()
      return answer.promise
    },
  }
  const patient = await post(ctx)
  await asked.promise
  const stopped = office.stop(10_000)
  answer.resolve(undefined)
  await stopped
  expect((await rowOf(ctx, patient)).state).toBe('sent')
  await open.end()

  open = await openPostOffice()
  const stalled = Promise.withResolvers<void>()
  open.server.rules = {
    data() {
      stalled.resolve()
      return 'stall'
    },
  }
  const left = await post(open.ctx)
  await stalled.promise
  await open.office.stop(50)
  const row = await rowOf(open.ctx, left)
  expect(row).toMatchObject({ state: 'queued', attempts: 0 })
  expect(row.nextTryAt.getTime()).toBeGreaterThan(open.ctx.now().getTime())
})
