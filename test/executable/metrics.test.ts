import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cleanUp } from '#test/db/embedded/processes.ts'
import { endExecutables, startExecutable } from '#test/support/executable.ts'

setDefaultTimeout(60_000)
afterAll(() => {
  endExecutables()
  cleanUp()
})

test('the metrics’ own port is open while the server runs, and closed with it', async () => {
  const server = await startExecutable({ env: { METRICS_PORT: '0' } })
  const port = /"port":(\d+),"event":"metrics\.opened"/.exec(server.output())![1]
  const address = `http://127.0.0.1:${port}/metrics`
  await fetch(server.url)
  const text = await (await fetch(address)).text()
  expect(text).toMatch(/^teamsheet_http_requests_total\{method="GET",route="\/",status="200",tier="public"\} 1$/m)
  expect(text).toMatch(/^teamsheet_task_runs_total\{task="keep-warm"\} \d+$/m)
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
  expect(await server.stop()).toBe(0)
  expect(fetch(address).then(() => 'answered')).rejects.toThrow()
})
