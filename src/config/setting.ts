import { type Static, type TSchema, Type as t } from '@sinclair/typebox'

export const ENVIRONMENTS = ['development', 'staging', 'production'] as const
export type EnvironmentName = (typeof ENVIRONMENTS)[number]

export type Setting = {
  /** Type, range, unit and default. */
  schema: TSchema
  /** What it does, in one sentence. */
  does: string
  /** Defaults that hold in one environment instead of the schema's. */
  defaultIn?: Partial<Record<EnvironmentName, unknown>>
  /** Names that mean the same, the first server's among them. */
  aliases?: readonly string[]
  /** Never shown to anybody. */
  secret?: true
  /** Holds several lines, as a certificate does. */
  hasLines?: true
  flag?: string
  /** What is wrong with a value of the right type, in sentences that begin with the setting's name. */
  check?: (value: never, name: string) => string[]
  /** The one way to write a value that `check` let through. */
  tidy?: (value: never) => unknown
}
export type Table = Readonly<Record<string, Setting>>

/* `unit` is what a number counts; what a text, or each item of a list, is. */
export const text = (unit?: string) => t.Union([t.String(), t.Undefined()], { unit })
export const textOr = (fallback: string, unit?: string) => t.String({ default: fallback, unit })
export const whole = (fallback: number, minimum: number, maximum: number, unit?: string) =>
  t.Integer({ default: fallback, minimum, maximum, unit })
export const maybeWhole = (minimum: number, maximum: number, unit?: string) =>
  t.Union([t.Integer({ minimum, maximum }), t.Undefined()], { unit })
/** How often. */
export const aMinute = (fallback: number) => whole(fallback, 1, 1_000_000, 'a minute')
export const yesNo = (fallback: boolean) => t.Boolean({ default: fallback })
/** Not given, something else decides. */
export const maybeYesNo = () => t.Union([t.Boolean(), t.Undefined()])
export const list = (unit: string) => t.Array(t.String(), { default: [], unit })
export const oneOf = <const T extends readonly string[]>(choices: T, fallback: NoInfer<T[number]>) =>
  t.Unsafe<T[number]>(
    t.Union(
      choices.map((choice) => t.Literal(choice)),
      { default: fallback },
    ),
  )

export type ValueOf<S extends Setting> = Static<S['schema']>

/** The schema of a given value: settings that may be absent are unions with undefined. */
const givenSchema = ({ schema }: Setting): TSchema =>
  schema.anyOf?.length === 2 && schema.anyOf[1].type === 'undefined' ? schema.anyOf[0] : schema

export const choicesOf = ({ schema }: Setting): string[] | undefined =>
  schema.anyOf?.every((choice: TSchema) => 'const' in choice)
    ? schema.anyOf.map((choice: TSchema) => choice.const as string)
    : undefined

export function kindOf(setting: Setting): 'whole' | 'yesNo' | 'list' | 'choice' | 'text' {
  if (choicesOf(setting)) return 'choice'
  const { type } = givenSchema(setting)
  return type === 'integer' ? 'whole' : type === 'boolean' ? 'yesNo' : type === 'array' ? 'list' : 'text'
}

/** Lowest and highest, both inclusive, of a whole number. */
export function rangeOf(setting: Setting): [minimum: number, maximum: number] {
  const { minimum, maximum } = givenSchema(setting)
  return [minimum, maximum]
}

const unitOf = ({ schema }: Setting): string[] => (schema.unit === undefined ? [] : [schema.unit])

/** What holds where nothing is given; undefined where nothing does. */
export const defaultOf = ({ schema, defaultIn }: Setting, environment: EnvironmentName): unknown =>
  defaultIn?.[environment] ?? schema.default

/** What it takes, for people: `1 to 600 seconds`. */
export function takes(setting: Setting): string {
  switch (kindOf(setting)) {
    case 'whole':
      return [rangeOf(setting).join(' to '), ...unitOf(setting)].join(' ')
    case 'yesNo':
      return 'true or false'
    case 'choice':
      return choicesOf(setting)!
        .join(', ')
        .replace(/, ([^,]+)$/, ' or $1')
    case 'list':
      return `${unitOf(setting)}, separated by commas`
    case 'text':
      return unitOf(setting)[0] ?? 'text'
  }
}

/** The defaults, for people: `20; 5 in development`. Empty where there is none. */
export function shownDefault(setting: Setting): string {
  const fallback = setting.schema.default
  const others = Object.entries(setting.defaultIn ?? {}).map(([environment, value]) => `${value} in ${environment}`)
  return [...(fallback === undefined || Array.isArray(fallback) ? [] : [String(fallback)]), ...others].join('; ')
}
