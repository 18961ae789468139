/**
 * PostgreSQL's settings for a small machine and one application, given on its command line so that they hold whatever the cluster's
 * own files say. Time-outs of statements and locks belong to the clients.
 */
export const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  cluster_name: 'teamsheet',

  max_connections: '30',
  superuser_reserved_connections: '2',
  shared_buffers: '16MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  effective_cache_size: '256MB',
  huge_pages: 'off',
  // Not in /dev/shm, which containers keep small and which logind empties when the user who started us signs out.
  dynamic_shared_memory_type: 'mmap',

  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  // `replica` allows a base backup while the database runs.
  wal_level: 'replica',
  max_wal_senders: '0',
  max_replication_slots: '0',
  wal_buffers: '1MB',
  min_wal_size: '48MB',
  max_wal_size: '256MB',
  checkpoint_timeout: '15min',

  io_method: 'sync',
  jit: 'off',
  max_worker_processes: '2',
  max_logical_replication_workers: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  autovacuum_max_workers: '1',
  autovacuum_worker_slots: '1',

  TimeZone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
  // Statements, the details of violated constraints and the sentences of errors carry people's data; we log those errors by ourselves,
  // without it. `log` is above errors.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/** `-c name=value` for each, the later ones over the earlier ones. */
export function commandLineSettings(...layers: Readonly<Record<string, string>>[]): string[] {
  return Object.entries(Object.assign({}, ...layers) as Record<string, string>).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
}
