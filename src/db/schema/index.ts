/** Every table of the server. A table is written by one store; the exception is src/teams/add-team.sql. */
export * from './audit.ts'
export * from './documents.ts'
export * from './file-copies.ts'
export * from './limits.ts'
export * from './mails.ts'
export * from './staff.ts'
export * from './teams.ts'
export * from './tournaments.ts'
