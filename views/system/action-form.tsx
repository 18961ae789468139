import { Button } from '#views/parts/button.tsx'

export type ActionFormProps = {
  action: string
  /** The session's token. */
  csrf: string
  label: string
  /** The label with what it is about, for whoever hears it without its row; begins with the label. */
  name: string
}

/** One button that does one thing. */
export function ActionForm({ action, csrf, label, name }: ActionFormProps) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name="csrf" value={csrf} />
      <Button type="submit" attributes={{ 'aria-label': name }}>
        {label}
      </Button>
    </form>
  )
}
