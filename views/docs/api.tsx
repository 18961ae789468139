import { m } from '#messages'
import type { ErrorCode } from '#src/errors.ts'
import { Page } from '#views/layouts/page.tsx'
import { Badge } from '#views/parts/badge.tsx'
import { Card } from '#views/parts/card.tsx'
import { DataTable } from '#views/parts/data-table.tsx'
import { Heading } from '#views/parts/heading.tsx'

export type ApiField = { name: string; type: string; required: boolean; description: string }
export type ApiRoute = {
  method: string
  path: string
  summary: string
  description: string
  parameters: ApiField[]
  body: ApiField[]
  answer: ApiField[]
}
export type ApiRefusal = { code: ErrorCode; status: number; sentence: string }

/** The API as a page: made from the same description that machines read. */
export function ApiDocsPage({
  title,
  routes,
  refusals,
}: {
  title: string
  routes: ApiRoute[]
  refusals: ApiRefusal[]
}) {
  return (
    <Page title={m.docs_title()} tournamentName={title} isWide>
      <Heading title={m.docs_title()} lead={m.docs_lead({ slug: '{slug}' })} />
      <p>
        <a class="link" href="/api/openapi.json">
          {m.docs_machine()}
        </a>
      </p>
      {routes.map((route) => (
        <Route key={`${route.method} ${route.path}`} {...route} />
      ))}
      <Card id="refusals" title={m.docs_refusals()} lead={m.docs_refusals_lead()}>
        <DataTable
          caption={m.docs_refusals()}
          rows={refusals}
          rowKey={(refusal) => refusal.code}
          columns={[
            { key: 'code', label: m.docs_code(), isHeading: true, cell: ({ code }) => <code id={code}>{code}</code> },
            { key: 'status', label: m.docs_status(), isNumeric: true, cell: ({ status }) => status },
            { key: 'sentence', label: m.docs_meaning(), cell: ({ sentence }) => sentence },
          ]}
        />
      </Card>
    </Page>
  )
}

function Route({ method, path, summary, description, parameters, body, answer }: ApiRoute) {
  return (
    <Card title={summary} id={`${method}-${path}`.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()}>
      <p class="api-route">
        <Badge label={method} tone={method === 'GET' ? 'info' : 'warning'} /> <code>{path}</code>
      </p>
      {description && <p>{description}</p>}
      <Fields title={m.docs_parameters()} fields={parameters} />
      <Fields title={m.docs_body()} fields={body} />
      <Fields title={m.docs_answer()} fields={answer} />
    </Card>
  )
}

function Fields({ title, fields }: { title: string; fields: ApiField[] }) {
  if (fields.length === 0) return null
  return (
    <DataTable
      caption={title}
      isCaptionShown
      rows={fields}
      rowKey={(field) => field.name}
      columns={[
        { key: 'name', label: m.docs_name(), isHeading: true, cell: ({ name }) => <code>{name}</code> },
        { key: 'type', label: m.docs_type(), cell: ({ type }) => type },
        { key: 'required', label: m.docs_required(), cell: ({ required }) => (required ? m.docs_yes() : m.docs_no()) },
        { key: 'description', label: m.docs_description(), cell: ({ description }) => description },
      ]}
    />
  )
}
