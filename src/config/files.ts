import type { Config } from '#src/config.ts'
import { isPrivate } from './addresses.ts'
import { quote } from './value.ts'

/** Sentences about single values, as those of checks.ts. */
export const checkHostAddress = (value: string, name: string) => {
  const url = URL.parse(value)
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    return [`${name} needs to be an address that starts with https://.`]
  if (url.pathname !== '/' || /[?#]/.test(value) || url.username !== '' || url.password !== '')
    return [`${name} is ${quote(value)}, but takes neither a path nor a name: ${url.origin} is what it can be.`]
  return url.protocol === 'https:' || isPrivate(url.hostname)
    ? []
    : [`${name} is http on a public host: private files would travel in clear. Use https.`]
}

export const checkFolder = (value: string, name: string) =>
  /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/.test(value) && value.length <= FOLDER_LENGTH_MAX
    ? []
    : [`${name} takes letters, digits, - and _, with / between folders, at most ${FOLDER_LENGTH_MAX} characters.`]

/** With what we put after it, a name at Cloudinary stays below its 255 characters. */
const FOLDER_LENGTH_MAX = 80

/** The settings that a host cannot be used without. */
export const HOST_SETTINGS = {
  cloudinary: ['cloudinaryCloudName', 'cloudinaryApiKey', 'cloudinaryApiSecret'],
  s3: ['s3Bucket', 's3AccessKeyId', 's3SecretAccessKey'],
} as const satisfies Record<string, readonly (keyof Config)[]>
export type HostName = keyof typeof HOST_SETTINGS
export const HOST_NAMES = Object.keys(HOST_SETTINGS) as HostName[]

/** Whether all is given that the host needs, so that files there can be read. */
export const canUseHost = (config: Config, host: HostName) =>
  HOST_SETTINGS[host].every((name) => config[name] !== undefined)

/** Sentences about how the settings of file hosts fit together. */
export function checkFiles(config: Config): { problems: string[]; warnings: string[] } {
  const { fileStore } = config
  const missing = fileStore === 'disk' ? [] : HOST_SETTINGS[fileStore].filter((name) => config[name] === undefined)
  const others = HOST_NAMES.filter((host) => host !== fileStore && canUseHost(config, host))
  return {
    problems:
      missing.length > 0 ? [`FILE_STORE=${fileStore} needs ${missing.map(upperCase).join(', ')} beside it.`] : [],
    warnings: others.map(
      (host) => `${host} is set up, but FILE_STORE is ${fileStore}: files that are there are read, and none are added.`,
    ),
  }
}

const upperCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
