import { type AnyElysia, Elysia } from 'elysia'
import type { OpenAPIV3_1 } from 'openapi-types'
import type { AppContext } from '#src/context.ts'
import { ERRORS, type ErrorCode } from '#src/errors.ts'
import { ApiDocsPage, type ApiField, type ApiRoute } from '#views/docs/api.tsx'
import { admit } from './admit.ts'
import { nameOf } from './cookies.ts'
import { BODY_NONE } from './limits.ts'
import { describeApi } from './openapi.ts'
import { html } from './page.ts'

const SESSION_COOKIE = 'session'
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** `/api/openapi.json`, and `/api/docs`: the same as a page of ours, with nothing from a third party. */
export const apiDocs = (ctx: AppContext, described: AnyElysia) => {
  let made: Promise<OpenAPIV3_1.Document> | undefined
  const specification = () => {
    made ??= describeApi(ctx, described)
    return made
  }
  const refusals = Object.entries(ERRORS).map(([code, [status, sentence]]) => ({
    code: code as ErrorCode,
    status,
    sentence,
  }))
  return new Elysia({ name: 'api-docs' })
    .use(admit(ctx))
    .get('/api/openapi.json', async () => specification(), { admit: { tier: 'public', public: true, body: BODY_NONE } })
    .get(
      '/api/docs',
      async () => {
        const routes = routesOf(await specification())
        return html(ApiDocsPage({ title: ctx.config.appTitle, routes, cookie: nameOf(ctx, SESSION_COOKIE), refusals }))
      },
      {
        admit: { tier: 'public', public: true, body: BODY_NONE },
      },
    )
}

function routesOf(specification: OpenAPIV3_1.Document): ApiRoute[] {
  return Object.entries(specification.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item?.[method]
      return operation ? [routeOf(method, path, operation)] : []
    }),
  )
}

function routeOf(method: string, path: string, operation: OpenAPIV3_1.OperationObject): ApiRoute {
  const parameters = (operation.parameters ?? []).filter((parameter) => 'name' in parameter)
  const content = operation.requestBody && 'content' in operation.requestBody ? operation.requestBody.content : {}
  const [body] = Object.values(content)
  const created = operation.responses?.['201'] ?? operation.responses?.['200']
  return {
    method: method.toUpperCase(),
    path,
    summary: operation.summary ?? path,
    ways: (operation.security ?? []).flatMap((one) => Object.entries(one).map(([way, scopes]) => ({ way, scopes }))),
    description: operation.description ?? '',
    parameters: parameters.map((parameter) => ({
      name: parameter.name,
      type: `${typeOf(parameter.schema)} (${parameter.in})`,
      required: parameter.required ?? parameter.in === 'path',
      description: parameter.description ?? descriptionOf(parameter.schema),
    })),
    body: fieldsOf(body?.schema),
    example: body?.example === undefined ? undefined : JSON.stringify(body.example),
    answer: created && 'content' in created ? fieldsOf(Object.values(created.content ?? {})[0]?.schema) : [],
  }
}

type Schema = OpenAPIV3_1.SchemaObject | OpenAPIV3_1.ReferenceObject | undefined

/** A model's fields, those of its own objects and lists below them as `captain.name` and `players[].name`. */
function fieldsOf(schema: Schema, prefix = ''): ApiField[] {
  if (!schema || '$ref' in schema) return []
  if (schema.anyOf) return anyFieldsOf(schema.anyOf, prefix)
  if (!schema.properties) return []
  return Object.entries(schema.properties).flatMap(([key, property]) => {
    const name = `${prefix}${key}`
    const items = !('$ref' in property) && property.type === 'array' ? property.items : undefined
    const below = items ? fieldsOf(items, `${name}[].`) : fieldsOf(property, `${name}.`)
    const required = schema.required?.includes(key) ?? false
    return [{ name, type: typeOf(property), required, description: descriptionOf(property) }, ...below]
  })
}

/** Of a choice of models: the fields of each; needed are those that all of them need. */
function anyFieldsOf(choice: Schema[], prefix: string): ApiField[] {
  const models = choice.map((schema) => fieldsOf(schema, prefix)).filter((fields) => fields.length > 0)
  const isNeeded = (name: string) => models.every((fields) => fields.some((one) => one.name === name && one.required))
  const byName = Map.groupBy(models.flat(), ({ name }) => name)
  return [...byName].map(([name, [first, ...others]]) => ({
    ...first!,
    type: [...new Set([first!, ...others].map(({ type }) => type))].join(' or '),
    required: isNeeded(name),
  }))
}

function typeOf(schema: Schema): string {
  if (!schema || '$ref' in schema) return 'string'
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ')
  return [schema.type ?? ('const' in schema ? JSON.stringify(schema.const) : 'string')].flat().join(' or ')
}

const descriptionOf = (schema: Schema) => schema?.description ?? ''
