import type { RegistrationBody } from '#src/registration/model.ts'
import { aRegistration, aSquad } from '#test/support/registrations.ts'
import { sampleJpeg, samplePdf, samplePng } from '#test/support/sample-files.ts'

export type FormFields = Record<string, string | File>
let made = 0

/** A whole form of eleven players with the one file it needs, unlike any other; `null` leaves a field out. */
export function aForm(about: Record<string, string | File | null> = {}, squad = 11): FormFields {
  const { teamName, clubName, captain, viceCaptain } = aRegistration()
  made += 1
  const players = aSquad(squad).flatMap((player, index) => [
    [`player_${index}_name`, player.name],
    [`player_${index}_role`, player.role!],
  ])
  const fields = {
    team_name: teamName,
    church_name: clubName,
    ...contact('captain', captain),
    ...contact('vice', viceCaptain),
    ...Object.fromEntries(players),
    pastor_letter: new File([samplePdf(1500, `letter ${made}`)], 'letter.pdf'),
    ...about,
  }
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string | File] => field[1] !== null),
  )
}

/** All the files there may be for eleven players: three of the team and two of each player, 25 together. */
export function allFiles(bytes = 3000): FormFields {
  made += 1
  const ofPlayers = Array.from({ length: 11 }, (_, index) => ({
    [`player_${index}_aadhar_file`]: new File([samplePdf(bytes, `aadhar ${made} ${index}`)], 'aadhar.pdf'),
    [`player_${index}_subscription_file`]: new File([samplePng(bytes, `card ${made} ${index}`)], 'card.png'),
  }))
  return Object.assign(
    {
      pastor_letter: new File([samplePdf(bytes, `letter ${made}`)], 'letter.pdf'),
      payment_receipt: new File([samplePng(bytes, `receipt ${made}`)], 'receipt.png'),
      group_photo: new File([sampleJpeg(bytes, `photo ${made}`)], 'photo.jpeg'),
    },
    ...ofPlayers,
  )
}

/** In the order of the fields. */
export function formData(fields: FormFields): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}

/** As the client sends it. */
export const register = (url: string, fields: FormFields, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/register/team`, { method: 'POST', body: formData(fields), headers })

/** Registered, or an error that says what it was told. */
export async function registered(url: string, fields: FormFields = aForm()) {
  const answer = await register(url, fields)
  if (answer.status !== 201) throw new Error(`The form was refused: ${await answer.text()}`)
  return (await answer.json()) as { reference: string; pin: string; message: string }
}

export type Refusal = {
  success: boolean
  error_code: string
  message: string
  detail: string
  details: Record<string, string>
  error: { code: string; message: string; details: Record<string, string> }
  status_code: number
  request_id: string
}

/** As its pages ask: every GET says that it carries JSON. */
export const ask = (url: string, path: string, { cookie, ...init }: RequestInit & { cookie?: string } = {}) =>
  fetch(url + path, {
    redirect: 'manual',
    ...init,
    headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}), ...init.headers },
  })

const contact = (name: string, { name: of, phone, email }: RegistrationBody['captain']) => ({
  [`${name}_name`]: of,
  [`${name}_phone`]: phone,
  [`${name}_email`]: email,
  [`${name}_whatsapp`]: '',
})
