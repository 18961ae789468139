import { m } from '#messages'
import type { Person } from '#src/erasure/model.ts'

const PARTS = { captain: m.erasure_captain, vice_captain: m.erasure_vice_captain, player: m.erasure_player }

/** Where somebody stands and what is known of them there, in one line under their name. */
export function PlaceWords({ person }: { person: Person }) {
  const { team, part, tournamentName, phone, email, dateOfBirth, documents } = person
  const where = team === undefined ? m.erasure_in_form() : `${team.code} ${team.name}`
  return (
    <>
      <strong>{person.name}</strong>
      <br />
      {[
        PARTS[part](),
        where,
        tournamentName,
        phone,
        email,
        dateOfBirth && m.erasure_born({ date: dateOfBirth }),
        documents > 0 && m.erasure_documents_count({ count: documents }),
      ]
        .filter(Boolean)
        .join(' · ')}
    </>
  )
}
