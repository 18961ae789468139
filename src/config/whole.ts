import { isIP } from 'node:net'
import type { Config } from '#src/config.ts'
import { isLoopback, isPrivate, isReachable, isWildcard } from './addresses.ts'
import { checkFiles } from './files.ts'
import { checkMail } from './mail.ts'
import { weakSecrets } from './secrets.ts'

/**
 * Sentences about settings that are right alone but not together, or not wise.
 *
 * @param addresses those of the machine's interfaces; undefined where it is not known whether it is to be reached in clear
 */
export function checkWhole(
  config: Config,
  addresses: readonly string[] | undefined,
): { problems: string[]; warnings: string[] } {
  const isProduction = config.environment === 'production'
  const weak = weakSecrets(config)
  const plain = addresses === undefined ? [] : plainHttp(config, addresses)
  const mail = checkMail(config)
  const files = checkFiles(config)
  const unsafe = [...weak, ...(config.allowHttp ? [] : plain.map((is) => `${is} ${WAYS_OUT}`))]
  const problems = [...(isProduction ? unsafe : []), ...mail.problems, ...files.problems]
  const warnings = [
    ...mail.warnings,
    ...files.warnings,
    ...(isProduction ? (config.allowHttp ? plain : []) : weak),
    ...(config.enableRateLimiting
      ? []
      : ['ENABLE_RATE_LIMITING=false lifts the limits on how often; that is for load tests only.']),
    ...(config.trustedProxies.some((network) => network.endsWith('/0'))
      ? ['TRUSTED_PROXIES names everybody: any client can claim any address.']
      : []),
  ]
  return { problems, warnings }
}

const WAYS_OUT =
  'Put a proxy that speaks HTTPS in front, listen on 127.0.0.1 and give its https address as PUBLIC_URL, or set ALLOW_HTTP=true.'

/** Whether passwords and documents would cross the public network in clear: a sentence, or none. */
function plainHttp({ publicUrl, host }: Config, addresses: readonly string[]): string[] {
  if (publicUrl !== undefined) {
    const url = new URL(publicUrl)
    if (url.protocol === 'https:' || isPrivate(url.hostname)) return []
    return ['PUBLIC_URL is http on a public host: passwords and documents would travel in clear.']
  }
  const open = publicAddress(host, addresses)
  return open === undefined
    ? []
    : [`It would listen on the public address ${open} without HTTPS: passwords and documents would travel in clear.`]
}

/** One of the addresses that `host` stands for and the public network leads to. A name may stand for any of the machine's. */
function publicAddress(host: string, addresses: readonly string[]): string | undefined {
  if (isLoopback(host)) return undefined
  if (isIP(host) && !isWildcard(host)) return isPrivate(host) ? undefined : host
  return addresses.find(isReachable)
}
