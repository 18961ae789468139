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
  /** By what one comes in, with the scopes that a key needs; none: it is open to everybody. */
  ways: { way: string; scopes: readonly string[] }[]
  description: string
  parameters: ApiField[]
  body: ApiField[]
  /** A body as it is sent. */
  example?: string
  answer: ApiField[]
}
export type ApiRefusal = { code: ErrorCode; status: number; sentence: string }

/** The API as a page: made from the same description that machines read. */
export function ApiDocsPage({
  title,
  routes,
  cookie,
  refusals,
}: {
  title: string
  routes: ApiRoute[]
  /** The name of the session's. */
  cookie: string
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
      <WaysIn cookie={cookie} />
      {routes.map((route) => (
        <Route key={`${route.method} ${route.path}`} {...route} />
      ))}
      <Card id="refusals" title={m.docs_refusals()} lead={m.docs_refusals_lead()}>
        <DataTable
          caption={m.docs_refusals()}
          rows={refusals}
          rowKey={(refusal) => refusal.code}
          columns={[
            {
              key: 'code',
              label: m.docs_code(),
              isHeading: true,
              cell: ({ code }) => (
                <span class="wrap-anywhere">
                  <code id={code}>{code}</code>
                </span>
              ),
            },
            { key: 'status', label: m.docs_status(), isNumeric: true, cell: ({ status }) => status },
            { key: 'sentence', label: m.docs_meaning(), cell: ({ sentence }) => sentence },
          ]}
        />
      </Card>
    </Page>
  )
}

/** By what programs and pages show who they are. */
function WaysIn({ cookie }: { cookie: string }) {
  return (
    <Card id="ways-in" title={m.docs_ways()} lead={m.docs_ways_lead()}>
      <DataTable
        caption={m.docs_ways()}
        rows={[
          { way: 'token', header: 'Authorization: Bearer <access_token>', meaning: m.docs_way_token_meaning() },
          { way: 'key', header: 'Authorization: Bearer ts_live_…', meaning: m.docs_way_key_meaning() },
          { way: 'session', header: `Cookie: ${cookie}=…`, meaning: m.docs_way_session_meaning() },
        ]}
        rowKey={({ way }) => way}
        columns={[
          { key: 'way', label: m.docs_name(), isHeading: true, cell: ({ way }) => wayWords(way) },
          { key: 'header', label: m.docs_header(), cell: ({ header }) => <code class="wrap-anywhere">{header}</code> },
          { key: 'meaning', label: m.docs_meaning(), cell: ({ meaning }) => meaning },
        ]}
      />
      <p class="wrap-anywhere">
        <code>
          curl -H 'content-type: application/json' -d '&#123;"email": "…", "password": "…"&#125;' …/api/v1/auth/login
        </code>
      </p>
    </Card>
  )
}

const WAYS: Record<string, () => string> = {
  token: m.docs_way_token,
  key: m.docs_way_key,
  session: m.docs_way_session,
}
const wayWords = (way: string): string => WAYS[way]?.() ?? way

function waysWords(ways: ApiRoute['ways']): string {
  if (ways.length === 0) return m.docs_way_nobody()
  const words = ways.map(({ way, scopes }) => [wayWords(way), ...scopes].join(' '))
  return m.docs_way_one_of({ ways: words.join(' · ') })
}

function Route({ method, path, summary, ways, description, parameters, body, example, answer }: ApiRoute) {
  return (
    <Card title={summary} id={`${method}-${path}`.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()}>
      <p class="api-route wrap-anywhere">
        <Badge label={method} tone={method === 'GET' ? 'info' : 'warning'} /> <code>{path}</code>
      </p>
      <p>{waysWords(ways)}</p>
      {description && <p>{description}</p>}
      <Fields title={m.docs_parameters()} fields={parameters} />
      <Fields title={m.docs_body()} fields={body} />
      {example && (
        <p class="wrap-anywhere">
          {m.docs_example()} <code>{example}</code>
        </p>
      )}
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
        {
          key: 'name',
          label: m.docs_name(),
          isHeading: true,
          cell: ({ name }) => (
            <span class="wrap-anywhere">
              <code>{name}</code>
            </span>
          ),
        },
        { key: 'type', label: m.docs_type(), cell: ({ type }) => type },
        { key: 'required', label: m.docs_required(), cell: ({ required }) => (required ? m.docs_yes() : m.docs_no()) },
        { key: 'description', label: m.docs_description(), cell: ({ description }) => description },
      ]}
    />
  )
}
