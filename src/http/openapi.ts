import { openapi } from '@elysiajs/openapi'
import type { TSchema } from '@sinclair/typebox'
import type { OpenAPIV3 } from 'openapi-types'

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

/** The description of `/api/v1`, made from the routes themselves; its page is our own. */
export const openapiDocument = (version: string) =>
  openapi({
    provider: null,
    specPath: '/api/openapi.json',
    path: '/api/specification',
    exclude: { paths: [/^(?!\/api\/v1\/)/, /^\/api\/v1\/tournaments\/\{slug\}/] },
    documentation: {
      info: {
        title: 'Teamsheet API',
        version,
        description:
          'Each route also stands under /api/v1/tournaments/{slug}. Refusals are application/problem+json (RFC 9457) with code, request_id and errors.',
      },
    },
  })
