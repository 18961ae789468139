import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { startTimetable, TIMETABLE } from '#src/timetable.ts'
import { ANSWERS_MIN } from '#src/vitals/traffic.ts'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  type OpenOptions,
  openPage,
  sidewaysPixels,
  VIEWPORT_NAMES,
} from '#test/support/browser.ts'
import { type SignedIn, signedIn, staffApp } from '#test/support/staff.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

const DAY_MS = 86_400_000
const { ctx, url, end } = await staffApp()
const { vitals } = ctx
let browser: Browser
let owner: SignedIn
let timetable: ReturnType<typeof startTimetable>

const down = () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))
const aHost = (name: string) =>
  vitals.addDependency({ name, timeoutMs: 1000, deadlineMs: 1000, concurrency: { calls: 1, waiting: 0 } })

beforeAll(async () => {
  browser = await launchBrowser()
  owner = await signedIn(ctx, 'owner', 'Meena')
})
afterAll(async () => {
  await timetable?.stop()
  await browser.close()
  await end()
})

async function openSystem(options: OpenOptions = {}) {
  const opened = await openPage(browser, `${url}/sign-in`, options)
  await opened.context.addCookies([{ name: 'session', value: owner.cookie.slice('session='.length), url }])
  await opened.page.goto(`${url}/admin/system`)
  return opened
}

async function expectSound() {
  for (const viewport of VIEWPORT_NAMES)
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints, close } = await openSystem({ viewport, colorScheme })
      expect([viewport, colorScheme, await axe(page), await sidewaysPixels(page), complaints]).toEqual([
        viewport,
        colorScheme,
        [],
        0,
        [],
      ])
      await close()
    }
}

test('axe finds nothing on the page of a server at rest, and nothing leaves the screen sideways', expectSound)

test('nor when services fail, tasks run and notices stand', async () => {
  const broken = { name: 'expire-links', everyMs: DAY_MS, run: down }
  const endless = {
    name: 'collect-orphans',
    everyMs: DAY_MS,
    run: (_: unknown, stopping: AbortSignal) => new Promise((resolve) => stopping.addEventListener('abort', resolve)),
  }
  const others = TIMETABLE.filter(({ name }) => name !== broken.name && name !== endless.name)
  timetable = startTimetable(ctx, [...others, broken, endless])
  await vitals.tasks.start(broken.name)
  await vitals.tasks.start(endless.name)
  await aHost('files').call(async () => 'done')
  const mail = aHost('mail')
  for (let time = 0; time < 5; time += 1) await mail.call(down).catch(() => {})
  for (let time = 0; time < ANSWERS_MIN; time += 1) vitals.countAnswer(500)
  for (const state of ['waiting', 'leaving'])
    await ctx.db.write`
      insert into file_copies (id, tournament_id, name, host, state, spool, digest, bytes, next_try_at, since)
      values (${Bun.randomUUIDv7()}, ${ctx.tournament.id}, 'a', 's3', ${state}, 'test', '', 3000000, now(), now())`
  vitals.tell('files-waiting', true)
  await expectSound()
  vitals.tell('files-waiting', false)
})

test('a task is run, a service tried again and a notice dismissed by keyboard, without script', async () => {
  const { page, close } = await openSystem({ hasScript: false, viewport: 'desktop' })
  const press = async (name: RegExp | string) => {
    await page.goto(`${url}/admin/system`)
    await page.getByRole('button', { name }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\?done=/)
    return page.getByRole('main').textContent()
  }
  expect(await press('Run now: Remove old drafts')).toContain('Remove old drafts: done.')
  expect(await press('Run now: Remove ended links')).toContain('Remove ended links: the run failed.')
  expect(await press('Run now: Clear files that nothing needs')).toContain('was not started a second time.')
  expect(await press('Try again now: mail')).toContain('mail is tried again with the next call.')
  expect(await press(/^Dismiss the notice: More than 1/)).toContain('Nothing needs your attention.')
  await close()
})
