/** Words that most of the common passwords are built from, longest spellings included; folded to lower case. */
const WORDS = `
  password passwort passcode passphrase pass admin administrator root owner manager login signin welcome letmein access secret
  changeme default guest user test testing temp temporary qwerty azerty qwertz iloveyou iloveu loveyou lovely love sunshine princess
  prince dragon monkey football baseball basketball cricket hockey soccer tennis superman batman spiderman ironman starwars pokemon
  naruto master shadow hunter killer michael jordan jennifer jessica ashley nicole daniel andrew joshua matthew anthony thomas robert
  charlie george harley maggie ginger buster pepper cookie cheese chocolate banana orange apple summer winter spring autumn monday
  friday sunday january february december november freedom whatever trustno trustnoone computer internet samsung google facebook
  instagram whatsapp youtube android iphone microsoft windows linux oracle server system security network office company business
  mustang corvette ferrari mercedes porsche yamaha honda flower butterfly angel angels heaven jesus jesuschrist christ church pastor
  blessed blessing amen hallelujah faith grace hope peace bible lord god krishna ganesh shiva allah mohammed india indian bharat
  chennai mumbai delhi bangalore bengaluru coimbatore madurai kerala tamil tamilnadu england london america canada australia
  pakistan srilanka king kings queen royal royals super hero champion champions winner winners captain player players team teams club
  league cup sachin tendulkar dhoni kohli virat rohit mahi rahul kumar family mother father mummy daddy mommy baby sweet sweetheart
  darling honey forever friend friends bestfriend happy birthday money rich lucky success dream dreams star stars silver golden gold
  diamond purple yellow black white blue green red tiger lion lions eagle wolf panther hello world helloworld abcdef asdf zxcv
  one two three four five six seven eight nine ten cool good best great free life live music rock metal
  teamsheet registration tournament organiser organizer
`
  .trim()
  .split(/\s+/)

/** Rows of keys, digits and the alphabet, along which fingers run. */
const ROWS = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '12345678901234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qazwsxedcrfvtgbyhnujm',
  '1q2w3e4r5t6y7u8i9o0p',
]
const RUNS = [...ROWS, ...ROWS.map((row) => [...row].toReversed().join(''))]
const RUN_LENGTH_MIN = 3

/** Letters that digits and signs stand for. */
const STAND_INS: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}
/** Digits and signs at the end are themselves: `Passw0rd2024!` ends in a year, not in letters. */
const TAIL = /\P{L}{1,6}$/u
/** What may be left of a common password when its words and runs are gone: a year's digits, say. */
const REST_LENGTH_MAX = 4
/** Three different words make a phrase of their own. */
const WORDS_MAX = 2
const OWN_WORD_LENGTH_MIN = 3

/**
 * Whether hardly anything remains of a password once common words, the person's own words, runs of keys and repetitions are taken
 * away: `Passw0rd2024!`, `qwertyuiop123`, `ArunKumar1998`.
 */
export function isPredictablePassword(password: string, ownWords: readonly string[]): boolean {
  const lower = password.normalize('NFKC').toLowerCase()
  const own = ownWords
    .flatMap((words) => words.toLowerCase().split(/[^\p{L}\p{M}\p{N}]+/u))
    .filter((word) => word.length >= OWN_WORD_LENGTH_MIN)
  const spelled = lower.replace(TAIL, '').replace(/[013457@$!]/g, (sign) => STAND_INS[sign]!)
  return [lower, spelled].some((text) => isPredictable(text, own))
}

function isPredictable(text: string, own: readonly string[]): boolean {
  let rest = text.replace(/[^\p{L}\p{M}\p{N}]+/gu, '')
  if (rest === '' || /^(.{1,4})\1+.{0,4}$/u.test(rest)) return true
  for (const word of own) rest = rest.replaceAll(word, '')
  const found = new Set<string>()
  for (const word of LONGEST_FIRST) {
    if (!rest.includes(word)) continue
    found.add(word)
    rest = rest.replaceAll(word, '')
  }
  return found.size <= WORDS_MAX && withoutRuns(rest).length <= REST_LENGTH_MAX
}

const LONGEST_FIRST = WORDS.toSorted((a, b) => b.length - a.length)

function withoutRuns(text: string): string {
  let rest = ''
  for (let at = 0; at < text.length; ) {
    const length = runLength(text, at)
    if (length < RUN_LENGTH_MIN) rest += text[at]
    at += length < RUN_LENGTH_MIN ? 1 : length
  }
  return rest
}

/** How many characters from here on follow a row, or repeat one key. */
function runLength(text: string, at: number): number {
  let repeated = 1
  while (text[at + repeated] === text[at]) repeated += 1
  let along = 1
  while (at + along < text.length && RUNS.some((row) => row.includes(text.slice(at, at + along + 1)))) along += 1
  return Math.max(repeated, along)
}
