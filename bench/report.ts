import type { Figure } from './rounds.ts'

const LABEL_WIDTH = 58
const missed: string[] = []

export const title = (text: string) => console.log(`\n${text}\n${'-'.repeat(text.length)}`)
export const note = (text: string) => console.log(`  ${text}`)

/** A figure that is only told. */
export const tell = (label: string, value: string) => console.log(`  ${label.padEnd(LABEL_WIDTH)} ${value}`)

/** A figure that should reach its target, and whether it does. */
export function hold(label: string, reached: number, target: { least: number } | { most: number }, unit = ''): void {
  const holds = 'least' in target ? reached >= target.least : reached <= target.most
  const wanted = 'least' in target ? `at least ${target.least}` : `at most ${target.most}`
  if (!holds) missed.push(`${label}: ${short(reached)}${unit} (${wanted}${unit})`)
  tell(label, `${short(reached)}${unit}  ${holds ? 'reached' : 'MISSED'}: ${wanted}${unit}`)
}

export const spread = ({ median, least, most }: Figure, unit = '') =>
  `${short(median)}${unit}  (${short(least)} to ${short(most)})`

export const short = (value: number) => {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
}

/** What was missed, all in one place. */
export function conclude(): void {
  title('Targets')
  if (missed.length === 0) note('All reached.')
  for (const line of missed) note(`MISSED  ${line}`)
}
