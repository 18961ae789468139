import { isIP } from 'node:net'
import { isNetwork } from './addresses.ts'
import { quote } from './value.ts'

/** The sentences about single values that their type does not say. Each takes the value and the setting's name. */
type Check<T> = (value: T, name: string) => string[]

const HOST_NAME =
  /^(?=.{1,253}$)(?!\d+(?:\.\d+)*$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?$/i

/** The server's own address: no path, since every page stands at its place from the root. */
export const checkPublicUrl: Check<string> = (value, name) => {
  const url = URL.parse(value)
  if (!isHttp(url)) return [`${name} needs to be an address that starts with https:// or http://.`]
  if (url.username || url.password) return [`${name} holds a name or password; give the address alone.`]
  if (url.pathname !== '/' || /[?#]/.test(value))
    return [`${name} is ${quote(value)}, but takes no path and no query: ${url.origin} is what it can be.`]
  return []
}

/** RFC 6454: scheme, host and port. `*` is none, as the answers are given with credentials. */
export const checkOrigins: Check<string[]> = (values, name) =>
  values.flatMap((value) => {
    const url = URL.parse(value)
    const isOrigin = isHttp(url) && url.pathname === '/' && !/[?#]/.test(value) && !url.username && !url.password
    if (isOrigin) return []
    if (value === '*')
      return [`${name} does not take "*": signed-in people’s answers would be open to every page. Name each origin.`]
    return [`${name} has ${quote(value)}, which is no origin. One is like https://example.org, without a path.`]
  })

/** One way to write an address or origin: lower case, no default port, no slash at its end. */
export const originOf = (value: string) => new URL(value).origin

export const checkNetworks: Check<string[]> = (values, name) =>
  values
    .filter((value) => !isNetwork(value))
    .map(
      (value) =>
        `${name} has ${quote(value)}, which is neither an address nor a network. They are like 10.0.0.1 and 10.0.0.0/8.`,
    )

export const checkHost: Check<string> = (value, name) =>
  isIP(value) || HOST_NAME.test(value)
    ? []
    : [`${name} does not take ${quote(value)}. It takes an address like 127.0.0.1 or a name, without a port.`]

export const checkDatabaseUrl: Check<string> = (value, name) => {
  if (!/^\s*postgres(?:ql)?:\/\//i.test(value)) return [`${name} needs to be an address that starts with postgres://.`]
  return URL.canParse(value)
    ? []
    : [`${name} is not understood. In its password #, /, @ and the like are written as %23, %2F and %40.`]
}

const isHttp = (url: URL | null): url is URL => url !== null && /^https?:$/.test(url.protocol) && url.hostname !== ''
