import { type TSchema, Type as t } from '@sinclair/typebox'
import type { AnyElysia } from 'elysia'
import type { OpenAPIV3, OpenAPIV3_1 } from 'openapi-types'
import type { AppContext } from '#src/context.ts'
import { ERRORS, type ErrorCode } from '#src/errors.ts'
import { KEY_SCOPES } from '#src/permissions.ts'
import { VERSION } from '#src/version.ts'
import type { Admission } from './admit.ts'
import { nameOf } from './cookies.ts'
import { FirstClientRefusal } from './first-client.ts'

const OPENAPI_VERSION = '3.1.0'
const SESSION = 'session'
const TOKEN = 'token'
const KEY = 'key'
const PROBLEM_REF = { $ref: '#/components/schemas/Problem' }

/** What a refusal says (RFC 9457). */
const Problem = t.Object(
  {
    type: t.String({ format: 'uri-reference', description: 'Where the code is explained.' }),
    title: t.String(),
    status: t.Integer({ minimum: 400, maximum: 599 }),
    detail: t.String({ description: 'A sentence for a person.' }),
    code: t.Union(Object.keys(ERRORS).map((code) => t.Literal(code))),
    request_id: t.String(),
    errors: t.Array(
      t.Object({
        field: t.String({ description: 'As the body names it, such as players[2].name.' }),
        pointer: t.String({ description: 'The same as a JSON pointer (RFC 6901).' }),
        code: t.String(),
        message: t.String(),
      }),
      { description: 'Every wrong field at once.' },
    ),
  },
  { title: 'Problem' },
)

/** A model as OpenAPI 3.1 wants it: TypeBox schemas are JSON Schema already. Elysia types what a route says of itself as 3.0. */
const schemaOf = (model: TSchema) => model as unknown as OpenAPIV3.SchemaObject

export const jsonBody = (model: TSchema, example?: unknown): OpenAPIV3.RequestBodyObject => ({
  required: true,
  content: { 'application/json': { schema: schemaOf(model), ...(example !== undefined && { example }) } },
})

/** The same fields as JSON or as a form, which may name them otherwise. */
export const jsonOrFormBody = (model: TSchema, form: TSchema, example?: unknown): OpenAPIV3.RequestBodyObject => ({
  required: true,
  content: {
    'application/json': { schema: schemaOf(model), ...(example !== undefined && { example }) },
    'application/x-www-form-urlencoded': { schema: schemaOf(form) },
  },
})

/** A form with files: `contentTypes` says for a field which media types it takes. */
export const multipartBody = (
  model: TSchema,
  contentTypes: Record<string, readonly string[]>,
): OpenAPIV3.RequestBodyObject => ({
  required: true,
  content: {
    'multipart/form-data': {
      schema: schemaOf(model),
      encoding: Object.fromEntries(
        Object.entries(contentTypes).map(([field, types]) => [field, { contentType: types.join(', ') }]),
      ),
    },
  },
})

export const jsonAnswer = (description: string, model: TSchema): OpenAPIV3.ResponseObject => ({
  description,
  content: { 'application/json': { schema: schemaOf(model) } },
})

/** Described only: a model of Elysia's own would refuse the same route below a tournament's slug. */
export const pathParameter = (name: string, description: string): OpenAPIV3.ParameterObject => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
})

export const headerParameter = (name: string, model: TSchema): OpenAPIV3.ParameterObject => ({
  name,
  in: 'header',
  required: false,
  schema: schemaOf(model),
})

/** What a route that reads a body may refuse because of it. */
export const BODY_REFUSALS = [
  'MALFORMED_REQUEST',
  'CSRF_FAILED',
  'REQUEST_TIMEOUT',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
] as const
/** What a route for staff may refuse. */
export const STAFF_REFUSALS = ['UNAUTHORIZED', 'FORBIDDEN'] as const

/** What every route may refuse: an unknown tournament, a foreign host, too much at once, and what is our own fault. */
const EVERYWHERE = [
  'NOT_FOUND',
  'WRONG_HOST',
  'RATE_LIMITED',
  'INTERNAL_ERROR',
  'DATABASE_UNAVAILABLE',
  'SERVER_BUSY',
  'SERVICE_STOPPING',
] as const satisfies readonly ErrorCode[]
const WAITS = new Set([429, 503])

/** The refusals a client of this route should expect, by status, besides those of every route; `default` stands for any other. */
export const refusals = (...codes: ErrorCode[]): OpenAPIV3.ResponsesObject => refusalsIn(PROBLEMS, codes)

/** The same in the first client's words. */
export const firstClientRefusals = (...codes: ErrorCode[]): OpenAPIV3.ResponsesObject =>
  refusalsIn(FIRST_CLIENTS, codes)

/** How a door's refusals look: `name` begins the names of those of every route. */
type Words = { name: string; content: NonNullable<OpenAPIV3.ResponseObject['content']> }
const PROBLEMS: Words = { name: 'Refused', content: { 'application/problem+json': { schema: PROBLEM_REF } } }
const FIRST_CLIENTS: Words = {
  name: 'FirstClientRefused',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/FirstClientRefusal' } } },
}

function refusalsIn(words: Words, codes: readonly ErrorCode[]): OpenAPIV3.ResponsesObject {
  const own = new Set(codes.map(statusOf))
  const byStatus = Map.groupBy(new Set([...codes, ...EVERYWHERE]), statusOf)
  const told = [...byStatus].map(([status, some]) => [
    status,
    own.has(status) ? refusedBy(words, some) : { $ref: `#/components/responses/${words.name}${status}` },
  ])
  return { ...Object.fromEntries(told), default: { description: 'Any other refusal.', content: words.content } }
}

/** What `refusals` refers to, by name. */
const sharedAnswers = (doors: readonly Words[]) =>
  Object.fromEntries(
    doors.flatMap((words) =>
      [...Map.groupBy(EVERYWHERE, statusOf)].map(([status, codes]) => [
        `${words.name}${status}`,
        refusedBy(words, codes),
      ]),
    ),
  )

const statusOf = (code: ErrorCode): number => ERRORS[code][0]

/** All of them have one status. */
function refusedBy({ content }: Words, codes: readonly ErrorCode[]): OpenAPIV3.ResponseObject {
  const description = codes.map((code) => `${code}: ${ERRORS[code][1]}`).join(' ')
  const headers = WAITS.has(statusOf(codes[0]!)) ? { 'Retry-After': RETRY_AFTER } : undefined
  return { description, content, ...(headers && { headers }) }
}

const RETRY_AFTER: OpenAPIV3.HeaderObject = {
  description: 'Seconds until a repeat may succeed.',
  schema: { type: 'integer' },
}

/** The description of the API, made from the routes themselves. */
export async function describeApi(ctx: AppContext, routes: AnyElysia): Promise<OpenAPIV3_1.Document> {
  const { toOpenAPISchema } = await import('@elysiajs/openapi')
  const { paths, components } = toOpenAPISchema(routes, undefined, undefined, undefined, OPENAPI_VERSION)
  return {
    openapi: OPENAPI_VERSION,
    info: {
      title: 'Teamsheet API',
      version: VERSION,
      description:
        'Each route but those of auth also stands under /api/v1/tournaments/{slug}. Refusals are application/problem+json (RFC 9457) with code, request_id and errors; at the paths of the first client (icct26), which have no slug, they are its own.',
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, publish(item as Described)])),
    components: {
      schemas: { ...components.schemas, Problem, ...(ctx.config.icct26Api ? { FirstClientRefusal } : {}) },
      // OpenAPI 3.1 writes these as 3.0 does.
      responses: sharedAnswers(
        ctx.config.icct26Api ? [PROBLEMS, FIRST_CLIENTS] : [PROBLEMS],
      ) as OpenAPIV3_1.ComponentsObject['responses'],
      securitySchemes: {
        [TOKEN]: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'The access_token of auth/login, as Authorization: Bearer …; good for ten minutes, then auth/refresh.',
        },
        [KEY]: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'ts_live_…',
          description:
            'A key of /admin/keys, as Authorization: Bearer …; it may do what its scopes say, in its tournament.',
        },
        [SESSION]: {
          type: 'apiKey',
          in: 'cookie',
          name: nameOf(ctx, SESSION),
          description: 'What signing in at /sign-in sets. What changes something carries our own Origin.',
        },
      },
    },
  }
}

type Described = Record<string, OpenAPIV3_1.OperationObject & { 'x-admission': Admission }>

/** Of how a route admits, the description says only who may ask: anybody, or whoever shows one of these. */
const publish = (item: Described): OpenAPIV3_1.PathItemObject =>
  Object.fromEntries(
    Object.entries(item).map(([method, { 'x-admission': admission, ...operation }]) => [
      method,
      { ...operation, security: securityOf(admission) },
    ]),
  )

function securityOf({
  public: isPublic,
  requires,
  keys,
  confirmed,
}: Admission): OpenAPIV3_1.SecurityRequirementObject[] {
  if (isPublic) return []
  const hasKeys = !confirmed && (keys === true || (requires !== undefined && KEY_SCOPES.includes(requires)))
  // What scopes a key needs is told there, since OpenAPI 3.1.
  const scopes = requires === undefined ? [] : [requires]
  return [{ [TOKEN]: [] }, ...(hasKeys ? [{ [KEY]: scopes }] : []), { [SESSION]: [] }]
}
