/** Finds which methods an address takes, for METHOD_NOT_ALLOWED's `Allow` (RFC 9110, section 15.5.6). */
export function methodFinder(routes: readonly { method: string; path: string }[]): (pathname: string) => string[] {
  const patterns = new Map<string, { pattern: RegExp; methods: Set<string> }>()
  for (const { method, path } of routes) {
    const entry = patterns.get(path) ?? { pattern: patternOf(path), methods: new Set<string>() }
    entry.methods.add(method)
    if (method === 'GET') entry.methods.add('HEAD')
    patterns.set(path, entry)
  }
  return (pathname) =>
    [...patterns.values()].filter(({ pattern }) => pattern.test(pathname)).flatMap(({ methods }) => [...methods])
}

const patternOf = (path: string) =>
  new RegExp(
    `^${path
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[^/]+/g, '[^/]+')
      .replace(/\*/g, '.*')}/?$`,
  )
