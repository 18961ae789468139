export type MomentProps = {
  at: Date
  /** IANA name of the tournament's zone, in which people read it. */
  timeZone: string
  /** Names the zone beside the time, where nothing else on the page does. */
  hasZone?: boolean
  lang?: string
}

/** A day and a time of day, as people of the tournament read them. */
export function Moment({ at, timeZone, hasZone = false, lang = 'en' }: MomentProps) {
  const text = new Intl.DateTimeFormat(lang, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).format(at)
  return <time datetime={at.toISOString()}>{hasZone ? `${text} (${timeZone})` : text}</time>
}
