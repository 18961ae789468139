import type { Config } from '#src/config.ts'
import { checkEmail } from '#src/lib/names.ts'
import { isPrivate } from './addresses.ts'

/** Sentences about single values, as those of checks.ts. */
export const checkSender = (value: string, name: string) =>
  checkEmail(value) ? [`${name} needs to be an e-mail address, like office@example.org, without a name.`] : []

export const checkCertificates = (value: string, name: string) =>
  /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(value)
    ? []
    : [`${name} needs to hold certificates in PEM, as between BEGIN CERTIFICATE and END CERTIFICATE.`]

/** Sentences about how the settings of mail fit together. */
export function checkMail(config: Config): { problems: string[]; warnings: string[] } {
  const { smtpServer, smtpFromEmail, smtpUsername, smtpPassword, publicUrl } = config
  if (smtpServer === undefined) return { problems: [], warnings: [] }
  const clear = plainMail(config)
  const isRefused = config.environment === 'production' && !config.smtpAllowPlain
  return {
    problems: [
      ...(smtpFromEmail === undefined ? ['SMTP_SERVER needs SMTP_FROM_EMAIL beside it: whom the mail is from.'] : []),
      ...((smtpUsername === undefined) === (smtpPassword === undefined)
        ? []
        : ['SMTP_USERNAME and SMTP_PASSWORD belong together; give both or none.']),
      ...(isRefused ? clear.map((is) => `${is} Set SMTP_SECURITY to starttls or tls, or SMTP_ALLOW_PLAIN=true.`) : []),
    ],
    warnings: [
      ...(isRefused ? [] : clear),
      ...(publicUrl === undefined ? ['Without PUBLIC_URL no mail is sent: its links would lead nowhere.'] : []),
    ],
  }
}

/** Whether addresses, names and links would cross the public network in clear: a sentence, or none. */
const plainMail = ({ smtpSecurity, smtpServer }: Config): string[] =>
  smtpSecurity === 'none' && !isPrivate(smtpServer!)
    ? ['SMTP_SECURITY=none hands mail over in clear across the public network.']
    : []
