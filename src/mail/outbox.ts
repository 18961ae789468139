import type { Queryable } from '#src/db/client.ts'

/** What mails tell: each kind is one message of the tournament. */
export type MailKind = 'received' | 'waiting_list' | 'approved' | 'rejected' | 'withdrawn'

/** A message as a row of the mail log: whom and what about, in data; never a secret, never a link. */
export type Mail = {
  id: string
  tournamentId: string
  teamId: string | null
  kind: MailKind
  toAddress: string
  toName: string
  data: Record<string, string | number | null>
}

export const newMail = (mail: Omit<Mail, 'id'>): Mail => ({ id: Bun.randomUUIDv7(), ...mail })

/** Posts the message in the transaction that causes it. It is held until mail can be delivered. */
export async function postMail(tx: Queryable, mail: Mail): Promise<void> {
  await tx`
    insert into mails (id, tournament_id, team_id, kind, to_address, to_name, data, state)
    values (${mail.id}, ${mail.tournamentId}, ${mail.teamId}, ${mail.kind}, ${mail.toAddress}, ${mail.toName}, ${JSON.stringify(mail.data)}::text::jsonb, 'held')`
}
