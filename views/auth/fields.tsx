import { m } from '#messages'
import { Field } from '#views/parts/field.tsx'

type Typed = { value?: string; error?: string }

/** An e-mail address; whose it is, is said by `autocomplete`. */
export const EmailField = ({
  label = m.auth_email(),
  autocomplete = 'username',
  value,
  error,
}: Typed & { label?: string; autocomplete?: string }) => (
  <Field
    name="email"
    label={label}
    type="email"
    inputMode="email"
    autocomplete={autocomplete}
    autocapitalize="none"
    spellcheck={false}
    value={value}
    error={error}
    required
  />
)

export const NameField = ({ value, error }: Typed) => (
  <Field name="name" label={m.auth_name()} autocomplete="name" value={value} error={error} required />
)

/** Where a password is chosen; `min`: the characters that it has at least. */
export const NewPasswordField = ({
  name = 'newPassword',
  label = m.auth_new_password(),
  min,
  error,
}: {
  name?: string
  label?: string
  min: number
  error?: string
}) => (
  <Field
    name={name}
    label={label}
    type="password"
    autocomplete="new-password"
    hint={m.auth_password_hint({ min })}
    error={error}
    required
  />
)
