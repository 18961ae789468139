import { expect, test } from 'bun:test'
import { openPage } from '#test/support/browser.ts'
import { captain } from '../captain.ts'
import { setStage } from './stage.ts'

const stage = setStage()

test('whoever leaves a form’s page for elsewhere takes neither its address nor its token along', async () => {
  const asked: (string | null)[] = []
  const elsewhere = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      if (new URL(request.url).pathname === '/there') asked.push(request.headers.get('referer'))
      return new Response('there', { headers: { 'content-type': 'text/plain' } })
    },
  })
  const writer = captain(stage.app.url)
  await writer.open()
  await writer.post('/register/draft', [['teamName', 'Kings']])
  const opened = await openPage(stage.browser, `${stage.app.url}/draft/${writer.token()}`)
  expect(await opened.page.evaluate('document.location.pathname')).toBe(`/draft/${writer.token()}`)
  await opened.page.evaluate(`
    const link = document.createElement('a')
    link.href = '${elsewhere.url.href}there'
    document.body.append(link)
    link.click()`)
  await opened.page.waitForURL(/there$/)
  expect(asked).toEqual([null])
  await opened.close()
  await elsewhere.stop(true)
})
