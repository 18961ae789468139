import type { AppContext } from '#src/context.ts'

/** A command's own flags, by name, as far as they were given. */
export type Flags = Readonly<Record<string, string | undefined>>

/** What a command that works on the database is given. */
export type CommandTools = {
  /** Opens the database, beside a running server or alone. */
  open(flags: Flags): Promise<{ ctx: AppContext; close(): Promise<void> }>
  print(line: string): void
  complain(line: string): void
}

/** EX_USAGE of sysexits.h. */
export const EXIT_USAGE = 64
