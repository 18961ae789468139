import type { RegistrationBody } from '#src/registration/model.ts'

let made = 0

const FIRST_NAMES = [
  'Arun',
  'Bala',
  'Charles',
  'Deepak',
  'Elango',
  'Farook',
  'Gopal',
  'Hari',
  'Isaac',
  'Joseph',
  'Kumar',
  'Lenin',
  'Mohan',
  'Naveen',
  'Oviya',
]
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
/** A number in letters: names have no digits. */
const inLetters = (number: number): string =>
  number < 26 ? LETTERS[number]! : inLetters(Math.floor(number / 26) - 1) + LETTERS[number % 26]

/** A whole valid registration of eleven, unlike any other; a test names only what it is about. */
export function aRegistration(about: Partial<RegistrationBody> = {}): RegistrationBody {
  made += 1
  const mark = inLetters(made)
  const phone = (start: number) => `+9198${String(start + made).padStart(8, '0')}`
  return {
    teamName: `Kings of ${mark}`,
    clubName: `Church of ${mark}`,
    captain: { name: `Samuel ${mark}`, phone: phone(10_000_000), email: `samuel.${mark}@example.org` },
    viceCaptain: { name: `Thomas ${mark}`, phone: phone(50_000_000), email: `thomas.${mark}@example.org` },
    players: aSquad(11),
    ...about,
  }
}

export const aSquad = (size: number): RegistrationBody['players'] =>
  FIRST_NAMES.slice(0, size).map((name, index) => ({
    name: `${name} Raj`,
    role: index === 0 ? 'Wicket-Keeper' : index % 2 ? 'Batsman' : 'Bowler',
  }))
