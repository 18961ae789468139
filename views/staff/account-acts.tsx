import type { ComponentChildren } from 'preact'
import { m } from '#messages'
import { Button, type ButtonKind } from '#views/parts/button.tsx'
import { Card } from '#views/parts/card.tsx'
import type { AccountPageProps } from './account.tsx'

type ActProps = { address: string; csrf: string; hint?: string; children: ComponentChildren }

/** What can be done about an account besides its roles, as far as its state allows it. */
export function AccountActs({
  frame: { csrf },
  account,
  address,
  manages,
  isSelf,
  canMail,
}: AccountPageProps & { address: string }) {
  if (account.isInvited)
    return (
      <Card id="invitation" title={m.accounts_invitation()}>
        <Act address={`${address}/invitation`} csrf={csrf} hint={m.accounts_invite_again_hint()}>
          <Sending canMail={canMail} byMail={m.accounts_invite_again()} />
        </Act>
        <Act address={`${address}/invitation/withdrawal`} csrf={csrf} hint={m.accounts_withdraw_hint()}>
          <Send kind="danger">{m.accounts_withdraw()}</Send>
        </Act>
      </Card>
    )
  if (!manages) return null
  if (account.disabledAt)
    return (
      <Card id="state" title={m.accounts_state_card()}>
        <Act address={`${address}/enabling`} csrf={csrf} hint={m.accounts_enable_hint()}>
          <Send kind="primary">{m.accounts_enable()}</Send>
        </Act>
      </Card>
    )
  return (
    <>
      <Card id="sign-in" title={m.accounts_sign_in_card()}>
        <Act address={`${address}/reset`} csrf={csrf} hint={m.accounts_reset_hint()}>
          <Sending canMail={canMail} byMail={m.accounts_reset_mail()} />
        </Act>
        {account.hasFactor && (
          <Act address={`${address}/second-factor/removal`} csrf={csrf} hint={m.accounts_remove_factors_hint()}>
            <Send kind="danger">{m.accounts_remove_factors()}</Send>
          </Act>
        )}
        <Act address={`${address}/sessions/ending`} csrf={csrf} hint={m.accounts_end_sessions_hint()}>
          <Send>{m.accounts_end_sessions()}</Send>
        </Act>
      </Card>
      {!isSelf && (
        <Card id="state" title={m.accounts_state_card()}>
          <Act address={`${address}/disabling`} csrf={csrf} hint={m.accounts_disable_hint()}>
            <Send kind="danger">{m.accounts_disable()}</Send>
          </Act>
        </Card>
      )}
    </>
  )
}

const Act = ({ address, csrf, hint, children }: ActProps) => (
  <form class="form-stack mb-6" method="post" action={address}>
    <input type="hidden" name="csrf" value={csrf} />
    {hint && <p class="field-hint">{hint}</p>}
    <div class="button-row">{children}</div>
  </form>
)

const Send = ({ kind = 'secondary', children }: { kind?: ButtonKind; children: ComponentChildren }) => (
  <Button type="submit" kind={kind}>
    {children}
  </Button>
)

const Sending = ({ canMail, byMail }: { canMail: boolean; byMail: string }) => (
  <>
    {canMail && (
      <Button type="submit" name="sending" value="mail" busyLabel={m.accounts_sending()}>
        {byMail}
      </Button>
    )}
    <Button type="submit" name="sending" value="link">
      {m.accounts_make_link()}
    </Button>
  </>
)
