import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'

const WRITTEN_LENGTH_MAX = 32

/** E.164 of a number written nationally or internationally; undefined when libphonenumber does not hold it for valid. */
export function readPhone(written: string, country: string): string | undefined {
  if (written.length > WRITTEN_LENGTH_MAX) return undefined
  const number = parsePhoneNumberFromString(written, { defaultCountry: country as CountryCode, extract: false })
  return number?.isValid() && number.ext === undefined ? number.number : undefined
}

/** As people of the country read it: `098765 43210`; internationally where the number is from elsewhere. */
export function showPhone(e164: string, country: string): string {
  const number = parsePhoneNumberFromString(e164)
  if (!number) return e164
  return number.country === country ? number.formatNational() : number.formatInternational()
}
