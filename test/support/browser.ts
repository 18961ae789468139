import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
/** Quiet, and nothing sent anywhere: the only address a test may reach is its own server. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const VIEWPORTS = {
  small: { width: 320, height: 640 },
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 900 },
} as const
/** A page that keeps a test waiting for longer has failed it. */
const WAIT_MAX_MS = 10_000
/** For `setDefaultTimeout`: a test that bun ends takes the browser of its whole file with it, so the page's own wait must end first. */
export const BROWSER_TEST_MAX_MS = 120_000
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export type Viewport = keyof typeof VIEWPORTS
export const VIEWPORT_NAMES = Object.keys(VIEWPORTS) as Viewport[]

export type OpenOptions = {
  viewport?: Viewport
  colorScheme?: 'light' | 'dark'
  /** False: a browser whose scripts are off. */
  hasScript?: boolean
  /** Carries on in an earlier page's cookies. */
  context?: BrowserContext
}

export type OpenedPage = {
  page: Page
  context: BrowserContext
  /** What the page complained of so far: errors of the console (a violated Content-Security-Policy among them) and of scripts. */
  complaints: string[]
  close(): Promise<void>
}

/** Debian's Chromium. Throws with the command to run where it is absent. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  if (!(await Bun.file(CHROMIUM).exists())) {
    throw new Error(`There is no ${CHROMIUM}. Run: apt-get update && apt-get install -y chromium`)
  }
  return await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
}

/** Opens `url` in a profile of its own, as a phone in daylight unless said otherwise. */
export async function openPage(browser: Browser, url: string, options: OpenOptions = {}): Promise<OpenedPage> {
  const { viewport = 'phone', colorScheme = 'light', hasScript = true } = options
  const context =
    options.context ??
    (await browser.newContext({
      viewport: VIEWPORTS[viewport],
      colorScheme,
      javaScriptEnabled: hasScript,
      hasTouch: viewport !== 'desktop',
      reducedMotion: 'reduce',
    }))
  context.setDefaultTimeout(WAIT_MAX_MS)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  return { page, context, complaints, close: () => context.close() }
}

/** What axe-core finds against WCAG 2.2 AA and good practice, one line an element; nothing is the aim. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(await Bun.file(createRequire(import.meta.url).resolve('axe-core/axe.min.js')).text())
  return await page.evaluate<string[]>(`axe
    .run(document, { runOnly: ${JSON.stringify(AXE_TAGS)}, resultTypes: ['violations'] })
    .then(({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes.map((node) => \`\${id}: \${help}: \${node.target} \${node.any[0]?.message ?? ''}\`)))`)
}

/** How many pixels of the page lie beyond its right edge: none should. */
export async function sidewaysPixels(page: Page): Promise<number> {
  return await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
