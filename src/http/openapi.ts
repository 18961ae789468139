import { toOpenAPISchema } from '@elysiajs/openapi'
import type { TSchema } from '@sinclair/typebox'
import type { AnyElysia } from 'elysia'
import type { OpenAPIV3 } from 'openapi-types'
import { VERSION } from '#src/version.ts'

/** A model as OpenAPI wants it: TypeBox schemas are JSON Schema already. */
const schemaOf = (model: TSchema) => model as unknown as OpenAPIV3.SchemaObject

export const jsonBody = (model: TSchema): OpenAPIV3.RequestBodyObject => ({
  required: true,
  content: { 'application/json': { schema: schemaOf(model) } },
})

export const jsonAnswer = (description: string, model: TSchema): OpenAPIV3.ResponseObject => ({
  description,
  content: { 'application/json': { schema: schemaOf(model) } },
})

export const headerParameter = (name: string, model: TSchema): OpenAPIV3.ParameterObject => ({
  name,
  in: 'header',
  required: false,
  schema: schemaOf(model),
})

/** The description of the API, made from the routes themselves. */
export function describeApi(routes: AnyElysia): OpenAPIV3.Document {
  const { paths, components } = toOpenAPISchema(routes)
  return {
    openapi: '3.0.3',
    info: {
      title: 'Teamsheet API',
      version: VERSION,
      description:
        'Each route also stands under /api/v1/tournaments/{slug}. Refusals are application/problem+json (RFC 9457) with code, request_id and errors.',
    },
    paths,
    components,
  }
}
