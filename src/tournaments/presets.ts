import { CRICKET_ROLES, type NewTournament } from './model.ts'

/** What a first tournament is made from. Presets are data; nothing else knows of any one tournament. */
const CRICKET = {
  sport: 'cricket',
  timeZone: 'Asia/Kolkata',
  country: 'IN',
  currency: 'INR',
  capacity: null,
  keepsWaitingList: false,
  squadMin: 11,
  squadMax: 15,
  playerRoles: [...CRICKET_ROLES],
} as const satisfies Partial<NewTournament>

export const PRESETS: Record<'icct26' | 'open', NewTournament> = {
  icct26: {
    ...CRICKET,
    preset: 'icct26',
    slug: 'icct26',
    name: 'ICCT26',
    idPrefix: 'ICCT',
    clubLabel: 'Church',
    teamsPerClub: 2,
    feeMinor: 200_000,
    idsRevealed: 'after_approval',
    documents: [
      { kind: 'pastor_letter', required: true, retentionDays: 30 },
      { kind: 'payment_receipt', required: false, retentionDays: 365 },
      { kind: 'group_photo', required: false, retentionDays: 365 },
      { kind: 'aadhar', required: false, retentionDays: 30 },
      { kind: 'subscription', required: false, retentionDays: 30 },
    ],
  },
  open: {
    ...CRICKET,
    preset: 'open',
    slug: 'open',
    name: 'Open Cricket Tournament',
    idPrefix: 'TEAM',
    clubLabel: 'Club',
    teamsPerClub: null,
    feeMinor: 0,
    idsRevealed: 'at_once',
    documents: [],
  },
}
