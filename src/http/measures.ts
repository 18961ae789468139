import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AppContext } from '#src/context.ts'
import { loadOf } from '#src/db/scoped.ts'
import { VERSION } from '#src/version.ts'

const NANOSECONDS = 1e9
const MICROSECONDS = 1e6
const LAG_RESOLUTION_MS = 50
const DURATIONS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
/** Others are made up by whoever sends them, and would each be a series of their own. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const STATES = ['closed', 'open', 'half-open'] as const
const STATUS_RATE_LIMITED = 429

export type Answered = {
  method: string
  route: string
  tier: string
  status: number
  seconds: number
  /** Given to the database, and the time they took together, waits for a connection included. */
  statements: number
  sqlSeconds: number
}
export type Measures = {
  contentType: string
  count(answered: Answered): void
  /** Everything measured so far, in the text format of Prometheus. */
  text(): Promise<string>
}

/** What is measured of this process, in a registry of its own. Labels take few values: patterns, tiers, names from the source. */
export function makeMeasures(ctx: AppContext): Measures {
  const registry = new Registry()
  const registers = [registry]
  const answers = new Counter({
    name: 'teamsheet_http_requests_total',
    help: 'Requests answered, by the pattern of their route.',
    labelNames: ['method', 'route', 'status', 'tier'],
    registers,
  })
  const durations = new Histogram({
    name: 'teamsheet_http_request_duration_seconds',
    help: 'Time from the first look at a request to its answer.',
    labelNames: ['method', 'route'],
    buckets: DURATIONS_SECONDS,
    registers,
  })
  const statements = new Counter({
    name: 'teamsheet_http_statements_total',
    help: 'Statements that requests gave to the database.',
    labelNames: ['method', 'route'],
    registers,
  })
  const statementTime = new Counter({
    name: 'teamsheet_http_statement_seconds_total',
    help: 'Time those statements took, waits for a connection included.',
    labelNames: ['method', 'route'],
    registers,
  })
  const refusals = new Counter({
    name: 'teamsheet_rate_limit_refusals_total',
    help: 'Requests refused because they came too often.',
    labelNames: ['tier'],
    registers,
  })
  measureProcess(registers)
  measurePools(ctx, registers)
  measureDependencies(ctx, registers)
  measureTasks(ctx, registers)
  measureSpool(ctx, registers)
  return {
    contentType: registry.contentType,
    count({ method: given, route, tier, status, seconds, ...sql }) {
      const method = METHODS.has(given) ? given : 'other'
      answers.inc({ method, route, status, tier })
      durations.observe({ method, route }, seconds)
      statements.inc({ method, route }, sql.statements)
      statementTime.inc({ method, route }, sql.sqlSeconds)
      if (status === STATUS_RATE_LIMITED) refusals.inc({ tier })
    },
    text: () => registry.metrics(),
  }
}

type Registers = Registry[]
type Labels = Record<string, string>

/** A gauge that is read when it is asked for. */
function gauge(
  registers: Registers,
  name: string,
  help: string,
  labelNames: string[],
  read: () => [Labels, number][] | Promise<[Labels, number][]>,
) {
  new Gauge({
    name,
    help,
    labelNames,
    registers,
    async collect() {
      const rows = await read()
      this.reset()
      for (const [labels, value] of rows) this.set(labels, value)
    },
  })
}

/** A count that something else keeps. */
function total(registers: Registers, name: string, help: string, labelNames: string[], read: () => [Labels, number][]) {
  new Counter({
    name,
    help,
    labelNames,
    registers,
    collect() {
      this.reset()
      for (const [labels, value] of read()) this.inc(labels, value)
    },
  })
}

/** By hand: of the library's own set, the heap's spaces and the size of the process's memory are wrong under Bun. */
function measureProcess(registers: Registers): void {
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
  lag.enable()
  gauge(registers, 'teamsheet_build_info', 'The version that runs.', ['version', 'bun'], () => [
    [{ version: VERSION, bun: Bun.version }, 1],
  ])
  gauge(registers, 'process_resident_memory_bytes', 'Memory in use.', [], () => [[{}, process.memoryUsage.rss()]])
  gauge(registers, 'process_start_time_seconds', 'When the process began, in seconds since 1970.', [], () => [
    [{}, Math.round(Date.now() / 1000 - process.uptime())],
  ])
  total(registers, 'process_cpu_seconds_total', 'Time the processor spent on it.', [], () => {
    const { user, system } = process.cpuUsage()
    return [[{}, (user + system) / MICROSECONDS]]
  })
  gauge(
    registers,
    'teamsheet_event_loop_lag_seconds',
    'The longest that work was late since the last look.',
    [],
    () => {
      const longest = lag.max / NANOSECONDS
      lag.reset()
      return [[{}, Number.isFinite(longest) ? Math.max(0, longest - LAG_RESOLUTION_MS / 1000) : 0]]
    },
  )
}

function measurePools({ db }: AppContext, registers: Registers): void {
  const pools = Object.entries({ read: db.read, locking: db.locking, write: db.write })
  const each = (value: (load: ReturnType<typeof loadOf>) => number) => () =>
    pools.map(([pool, sql]): [Labels, number] => [{ pool }, value(loadOf(sql))])
  const labels = ['pool']
  gauge(
    registers,
    'teamsheet_database_connections_max',
    'Connections a pool may have.',
    labels,
    each((load) => load.connections),
  )
  gauge(
    registers,
    'teamsheet_database_connections_used',
    'Connections at work.',
    labels,
    each((load) => load.taken),
  )
  gauge(
    registers,
    'teamsheet_database_waiting',
    'Statements that wait for a connection.',
    labels,
    each((load) => load.waiting),
  )
}

function measureDependencies({ vitals }: AppContext, registers: Registers): void {
  const statuses = () => [...vitals.dependencies.values()].map((one) => one.status())
  gauge(
    registers,
    'teamsheet_dependency_state',
    'Of the breaker: 1 for the state it is in.',
    ['dependency', 'state'],
    () =>
      statuses().flatMap(({ name, state }) =>
        STATES.map((one): [Labels, number] => [{ dependency: name, state: one }, one === state ? 1 : 0]),
      ),
  )
  const labels = ['dependency']
  total(registers, 'teamsheet_dependency_calls_total', 'Calls of something outside.', labels, () =>
    statuses().map(({ name, calls }) => [{ dependency: name }, calls]),
  )
  total(registers, 'teamsheet_dependency_refused_total', 'Calls refused without a try.', labels, () =>
    statuses().map(({ name, refused }) => [{ dependency: name }, refused]),
  )
}

function measureTasks({ vitals }: AppContext, registers: Registers): void {
  const labels = ['task']
  const each = (value: (task: ReturnType<typeof vitals.tasks.list>[number]) => number) => () =>
    vitals.tasks.list().map((task): [Labels, number] => [{ task: task.name }, value(task)])
  total(
    registers,
    'teamsheet_task_runs_total',
    'Runs of a recurring task.',
    labels,
    each((task) => task.runs),
  )
  total(
    registers,
    'teamsheet_task_failures_total',
    'Runs that failed.',
    labels,
    each((task) => task.failures),
  )
  gauge(
    registers,
    'teamsheet_task_last_success_seconds',
    'The last run that did not fail, in seconds since 1970; 0 for none.',
    labels,
    each((task) => (task.lastDoneAt?.getTime() ?? 0) / 1000),
  )
}

/** While the database does not answer, and where no host is known, it tells nothing of the spool. */
function measureSpool({ files }: AppContext, registers: Registers): void {
  const each = (value: (waiting: { filesHere: number; bytesHere: number }) => number) => async () => {
    const waiting = await files.waiting().catch(() => undefined)
    return waiting ? [[{}, value(waiting)] as [Labels, number]] : []
  }
  gauge(
    registers,
    'teamsheet_file_spool_files',
    'Files that wait here for their host.',
    [],
    each(({ filesHere }) => filesHere),
  )
  gauge(
    registers,
    'teamsheet_file_spool_bytes',
    'Size of the files that wait here for their host.',
    [],
    each(({ bytesHere }) => bytesHere),
  )
}
