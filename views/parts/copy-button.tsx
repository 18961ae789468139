import type { ComponentChildren } from 'preact'
import { m } from '#messages'
import { Button, type ButtonKind } from './button.tsx'

export type CopyButtonProps = {
  /** The id of the control whose text it copies. */
  of: string
  kind?: ButtonKind
  children: ComponentChildren
}

/** Comes with the script that does it (`copy.ts`); what became of it is said in a `CopyStatus` beside its row of buttons. */
export const CopyButton = ({ of, kind, children }: CopyButtonProps) => (
  <Button
    kind={kind}
    attributes={{
      hidden: true,
      'data-copy': of,
      'data-copied': m.mail_copied(),
      'data-copy-failed': m.mail_copy_failed(),
    }}
  >
    {children}
  </Button>
)

export const CopyStatus = () => <p role="status" data-copy-status />
