/** What the parts show on `/dev/parts`: people, files and sentences that a form could really hold, long ones and other scripts among them. */
import type { DayCount } from '#views/parts/bar-chart.tsx'
import type { FileFieldProps } from '#views/parts/file-field.tsx'
import type { RegistrationState } from '#views/parts/state-badge.tsx'
import type { Step } from '#views/parts/stepper.tsx'

export type SampleTeam = {
  id: string
  name: string
  club: string
  state: RegistrationState
  players: number
  sent: string
}

export const TEAMS: SampleTeam[] = [
  {
    id: 'ICCT-001',
    name: 'Lions',
    club: 'St Mary’s Church',
    state: 'approved',
    players: 13,
    sent: '3 Mar 2026, 18:42',
  },
  {
    id: 'ICCT-002',
    name: 'நற்செய்தி வீரர்கள்',
    club: 'CSI கிறிஸ்து ஆலயம்',
    state: 'in_review',
    players: 11,
    sent: '4 Mar 2026, 07:10',
  },
  {
    id: 'ICCT-003',
    name: 'The Unbelievably Long-Named Cricketers of the Old Town and its Surroundings',
    club: 'Holy Trinity, Fort & Harbour (South)',
    state: 'changes_requested',
    players: 15,
    sent: '4 Mar 2026, 21:55',
  },
  {
    id: 'ICCT-004',
    name: 'विजेता',
    club: 'Bethel Assembly',
    state: 'waitlisted',
    players: 12,
    sent: '5 Mar 2026, 09:00',
  },
]

export const DAYS: DayCount[] = [2, 0, 1, 4, 3, 7, 5, 0, 0, 6, 9, 12, 8, 3, 1, 2, 5, 11, 17, 9, 4].map(
  (count, index) => ({
    day: `2026-03-${String(index + 1).padStart(2, '0')}`,
    count,
  }),
)

export const STEPS: Step[] = [
  { label: 'Team', state: 'done', href: '#team' },
  { label: 'Captains', state: 'wrong', href: '#captains' },
  { label: 'Players', state: 'current', href: '#players' },
  { label: 'Documents', state: 'upcoming', href: '#documents' },
  { label: 'Check and send', state: 'upcoming', href: '#check' },
]

export const CLUBS = ['Bethel Assembly', 'CSI கிறிஸ்து ஆலயம்', 'Holy Trinity, Fort & Harbour (South)', 'St Mary’s Church']

export const ROLES = ['Batsman', 'Bowler', 'All-Rounder', 'Wicket-Keeper'].map((role) => ({ value: role, label: role }))

const FILE = { name: 'letter-from-our-pastor-signed-2026-03-01-final.pdf', bytes: 1_874_320, href: '#held' }
const SHARED = { uploadUrl: '/dev/upload', removeAction: '/dev/remove', maxBytes: 5_242_880 }

export const FILE_FIELDS: FileFieldProps[] = [
  { ...SHARED, name: 'documents.pastor_letter', label: 'Pastor’s letter', required: true },
  { ...SHARED, name: 'documents.payment_receipt', label: 'Payment receipt', optional: true, file: FILE },
  {
    ...SHARED,
    name: 'documents.group_photo',
    label: 'Group photo',
    optional: true,
    file: { name: 'IMG_2041.heic', bytes: 640_000 },
    isReplaceable: true,
  },
  {
    ...SHARED,
    name: 'players[0].aadhar',
    label: 'National ID of Arun Kumar',
    error: 'Only PDF, PNG, JPEG, WebP and HEIC files are taken.',
  },
]

export const ERRORS = [
  { field: 'captain.phone', message: 'The captain’s phone is not a valid number for India' },
  { field: 'players[2].role', message: 'Choose one of the four roles for player 3' },
]
