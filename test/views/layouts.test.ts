import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import {
  axe,
  BROWSER_TEST_MAX_MS,
  launchBrowser,
  openPage,
  sidewaysPixels,
  VIEWPORT_NAMES,
} from '#test/support/browser.ts'
import { DAYS, TEAMS } from '#views/dev/samples.ts'
import { TeamTable } from '#views/dev/team-table.tsx'
import { Page } from '#views/layouts/page.tsx'
import { renderPage } from '#views/layouts/render.ts'
import { StaffPage } from '#views/layouts/staff.tsx'
import { BarChart } from '#views/parts/bar-chart.tsx'
import { Heading } from '#views/parts/heading.tsx'
import { serveParts } from './parts-server.ts'

setDefaultTimeout(BROWSER_TEST_MAX_MS)

let browser: Browser
let staff: Awaited<ReturnType<typeof serveParts>>

beforeAll(async () => {
  browser = await launchBrowser()
  staff = await serveParts({ page: staffPage() })
})

afterAll(async () => {
  await browser.close()
  await staff.stop()
})

function staffPage() {
  return StaffPage({
    title: 'Dashboard',
    tournamentName: 'Inter-Church Cricket Tournament of the Western Districts 2026',
    section: 'dashboard',
    staffName: 'Priya Raman',
    csrf: 'a-token',
    warnings: ['These pages are served without https.', 'The limits are lifted.'],
    children: [
      Heading({ title: 'Dashboard' }),
      BarChart({ title: 'Registrations per day', days: DAYS }),
      TeamTable({ teams: TEAMS }),
    ],
  })
}

for (const viewport of VIEWPORT_NAMES) {
  test(`axe finds nothing on a staff page, ${viewport}, light and dark, and it stays within the screen`, async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints, close } = await openPage(browser, staff.url, { viewport, colorScheme })
      expect(await axe(page)).toEqual([])
      expect(await sidewaysPixels(page)).toBe(0)
      expect(complaints).toEqual([])
      await close()
    }
  })
}

test('a staff page tells where one is and who one is, and signs out by a form with its token', () => {
  const html = renderPage(staffPage())
  expect(html).toContain('<a href="/admin" aria-current="page">Dashboard</a>')
  expect(html).toContain('Priya Raman')
  expect(html.match(/role="alert"/g)).toHaveLength(2)
  expect(html).toMatch(
    /<form[^>]*method="post" action="\/sign-out"><input type="hidden" name="csrf" value="a-token"\/>/,
  )
  expect(html).toContain('<meta name="robots" content="noindex, nofollow"/>')
})

test('a page is a whole document that names its language, itself and its tournament, and holds neither script nor style', () => {
  const html = renderPage(Page({ title: 'Register', tournamentName: 'ICCT 2026', lang: 'ta', children: 'x' }))
  expect(html).toStartWith('<!doctype html><html lang="ta">')
  expect(html).toContain('<title>Register · ICCT 2026</title>')
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/)
})

test('what people typed is text, wherever it stands', () => {
  const html = renderPage(
    Page({ title: '<script>', tournamentName: '"><img>', children: Heading({ title: '</h1><b>' }) }),
  )
  expect(html).not.toMatch(/<script>|<img>|<b>/)
})
