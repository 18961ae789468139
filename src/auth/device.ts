/** The first that a `User-Agent` names is what it is: others are claimed for the sake of old sites. */
const PROGRAMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(?:A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*Safari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/** What somebody signs in with, as people know it: `Firefox on Linux`; of any other program nothing that its sender chose. */
export function deviceOf(userAgent: string | null): string {
  const nameIn = (known: typeof PROGRAMS) => known.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1]
  const [program, system] = [nameIn(PROGRAMS), nameIn(SYSTEMS)]
  if (program && system) return `${program} on ${system}`
  return program ?? system ?? ''
}
