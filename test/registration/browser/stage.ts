import { afterAll, beforeAll, setDefaultTimeout } from 'bun:test'
import type { Browser } from 'playwright-core'
import { type TestApp, testApp } from '#test/support/app.ts'
import { BROWSER_TEST_MAX_MS, launchBrowser } from '#test/support/browser.ts'

/** The whole server with the ICCT26 tournament, and a browser, for the tests of one file; filled in before the first. */
export function setStage(): { app: TestApp; browser: Browser } {
  setDefaultTimeout(BROWSER_TEST_MAX_MS)
  const stage = {} as { app: TestApp; browser: Browser }
  beforeAll(async () => {
    ;[stage.app, stage.browser] = await Promise.all([testApp({ preset: 'icct26' }), launchBrowser()])
  })
  afterAll(async () => {
    await stage.browser.close()
    await stage.app.end()
  })
  return stage
}
