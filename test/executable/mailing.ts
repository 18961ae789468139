import { type Executable, startExecutable } from '#test/support/executable.ts'
import type { SmtpStandIn } from '#test/support/smtp-server.ts'

/** Starts the server with mail that goes to the stand-in. */
export async function startMailing(
  mailServer: SmtpStandIn,
  folder?: string,
  env: Record<string, string> = {},
): Promise<Executable> {
  const port = freePort()
  return startExecutable({
    cwd: folder,
    port,
    env: {
      TOURNAMENT_PRESET: 'open',
      ENABLE_RATE_LIMITING: 'false',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SMTP_SERVER: '127.0.0.1',
      SMTP_PORT: String(mailServer.port),
      SMTP_SECURITY: 'none',
      SMTP_FROM_EMAIL: 'office@cup.example.org',
      ...env,
    },
  })
}

/** PUBLIC_URL names the port before the server has it. */
function freePort(): number {
  const probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = probe
  probe.stop(true)
  return port
}
