import { m } from '#messages'
import { Page } from '#views/layouts/page.tsx'
import { Button, LinkButton } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type DraftChoiceProps = {
  tournamentName: string
  base: string
  /** The form that this browser fills in, and the way back to it. */
  own: { teamName: string; url: string }
  /** The form that the link leads to. */
  linked: { teamName: string; action: string }
}

/** Before a link's form takes the place of the one that this browser fills in. */
export function DraftChoicePage({ tournamentName, base, own, linked }: DraftChoiceProps) {
  return (
    <Page title={m.choice_title()} tournamentName={tournamentName} homeHref={`${base}/`} isPrivate>
      <Heading title={m.choice_title()} lead={m.choice_lead()} />
      <Card id="own" title={m.choice_own_title()} lead={nameOf(own)}>
        <div class="form-actions">
          <LinkButton kind="primary" isBlock href={`${base}/register`}>
            {m.choice_own()}
          </LinkButton>
        </div>
      </Card>
      <Card id="linked" title={m.choice_linked_title()} lead={nameOf(linked)}>
        <p>{m.choice_linked_shared()}</p>
        <p>
          {m.choice_own_stays()} <a href={own.url}>{own.url}</a>
        </p>
        <form class="form-actions" method="post" action={linked.action}>
          <Button type="submit" kind="secondary" isBlock>
            {m.choice_linked()}
          </Button>
        </form>
      </Card>
    </Page>
  )
}

const nameOf = ({ teamName }: { teamName: string }) =>
  teamName === '' ? m.choice_unnamed() : m.choice_team({ team: teamName })
