import type { FileHostStandIn, Manner } from '#test/support/file-host.ts'
import type { Received, Reply, SmtpStandIn } from '#test/support/smtp-server.ts'
import { type Random, random } from '../../fuzz/random.ts'

/** Each has dice of its own, so that one does not change what the others throw. */
const [MAIL_DICE, HOST_DICE] = [1, 2]
/** Half of the requests to the file host go wrong. */
const HOST_FAILS_ONE_IN = 2
/** What may go wrong at each stage of handing a mail over: together nearly half of all tries. */
const STAGES = {
  connect: { oneIn: 20, replies: [{ code: 421, words: 'Too busy' }, { code: 554 }, 'stall', 'drop'] },
  mailFrom: { oneIn: 20, replies: [{ code: 451 }, { code: 421 }, 'stall', 'drop'] },
  rcptTo: { oneIn: 4, replies: [{ code: 450, words: 'Greylisted' }, { code: 451 }, { code: 421 }, 'stall', 'drop'] },
  midData: { oneIn: 10, replies: ['stall', 'drop'] },
  data: { oneIn: 6, replies: [{ code: 452, words: 'Full' }, 'stall', 'drop'] },
} as const satisfies Record<string, { oneIn: number; replies: readonly Reply[] }>

/** A mail that the server has taken, whether the sender heard so or not. */
export type Arrived = { messageId: string; to: string; text: string }
export type Wrongs = Record<string, number>

/** Lets a mail server refuse, stall, hang up and greylist by chance. Returns what it took, and how often it did what. */
export function troubleMail(server: SmtpStandIn, seed: number): { arrived: Arrived[]; wrongs: Wrongs } {
  const dice = random(seed, MAIL_DICE)
  const arrived: Arrived[] = []
  const wrongs: Wrongs = {}
  const stage = (name: keyof typeof STAGES) => (): Reply | undefined => {
    const reply = dice.isOneIn(STAGES[name].oneIn) ? dice.pick<Reply>(STAGES[name].replies) : undefined
    if (reply) count(wrongs, `${name} ${typeof reply === 'string' ? reply : reply.code}`)
    return reply
  }
  const answerData = stage('data')
  server.rules = {
    connect: stage('connect'),
    mailFrom: stage('mailFrom'),
    rcptTo: stage('rcptTo'),
    midData: stage('midData'),
    data(message: Received) {
      const reply = answerData()
      // With a code the server says that it did not take it; who hears nothing cannot know.
      if (reply === undefined || typeof reply === 'string')
        arrived.push({ messageId: message.messageId!, to: message.envelope.to[0]!, text: message.text! })
      return reply
    },
  }
  return { arrived, wrongs }
}

/** Lets a file host fail, break off, stall, and do what it is asked only after `timeoutMs`, by chance. */
export function troubleHost(
  host: FileHostStandIn,
  seed: number,
  timeoutMs: number,
): { wrongs: Wrongs; lateMaxMs: number } {
  const dice = random(seed, HOST_DICE)
  const wrongs: Wrongs = {}
  const lateMaxMs = 3 * timeoutMs
  host.behave(({ action }) => {
    if (!dice.isOneIn(HOST_FAILS_ONE_IN)) return 'fine'
    const manner = dice.pick(wrongManners(dice, timeoutMs, lateMaxMs))
    count(
      wrongs,
      `${action} ${
        typeof manner === 'string'
          ? manner
          : Object.entries(manner)[0]!
              .join(' ')
              .replace(/(?<=lateMs) .*/, '')
      }`,
    )
    return manner
  })
  return { wrongs, lateMaxMs }
}

const wrongManners = (dice: Random, timeoutMs: number, lateMaxMs: number): Manner[] => [
  { status: 500 },
  { status: 420 },
  'refuse',
  'drop',
  'stall',
  { lateMs: dice.whole(timeoutMs, lateMaxMs) },
]

function count(wrongs: Wrongs, name: string): void {
  wrongs[name] = (wrongs[name] ?? 0) + 1
}
