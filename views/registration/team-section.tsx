import { m } from '#messages'
import { Card } from '#views/parts/card.tsx'
import { Field } from '#views/parts/field.tsx'
import type { FormProps } from './form.tsx'
import { checkedWhenLeft, errorOf } from './section.ts'

export type KnownClub = { name: string; placesLeft: number | null }

export function TeamSection({ base, form, errors, clubLabel, club }: FormProps) {
  return (
    <Card id="section-team" title={m.form_team()} attributes={checkedWhenLeft(base, 'team')}>
      <Field
        name="teamName"
        label={m.form_team_name()}
        value={form.teamName}
        error={errorOf(errors, 'teamName')}
        required
        maxLength={80}
        autocomplete="off"
        autocapitalize="words"
      />
      <Field
        name="clubName"
        label={clubLabel}
        hint={m.form_club_hint({ club: clubLabel.toLowerCase() })}
        value={form.clubName}
        error={errorOf(errors, 'clubName')}
        required
        maxLength={80}
        autocomplete="organization"
        autocapitalize="words"
        suggestions={[]}
        attributes={{
          'hx-get': `${base}/register/clubs`,
          'hx-trigger': 'input changed delay:300ms',
          'hx-target': '#clubName-suggestions',
          'hx-swap': 'innerHTML',
          'hx-sync': 'this:replace',
        }}
      />
      <ClubPlaces club={club} />
    </Card>
  )
}

/** For what was typed so far: known clubs to choose from, and how many teams the one that is named may still enter. */
export function KnownClubs({ clubs, named }: { clubs: KnownClub[]; named: KnownClub | undefined }) {
  return (
    <>
      {clubs.map((club) => (
        <option key={club.name} value={club.name} label={[club.name, placesText(club)].filter(Boolean).join(' – ')} />
      ))}
      <ClubPlaces club={named} isSwappedIn />
    </>
  )
}

function ClubPlaces({ club, isSwappedIn }: { club: KnownClub | undefined; isSwappedIn?: boolean }) {
  return (
    <p id="club-places" class="field-hint" role="status" hx-swap-oob={isSwappedIn ? 'true' : undefined}>
      {club && placesText(club)}
    </p>
  )
}

function placesText({ placesLeft }: KnownClub): string {
  if (placesLeft === null) return ''
  if (placesLeft === 0) return m.form_club_full()
  return placesLeft === 1 ? m.form_club_one_place() : m.form_club_places({ count: placesLeft })
}
