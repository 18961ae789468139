import type { Config } from '#src/config.ts'

const TIMEOUT_MS = 5000

/** Asks the server on this machine whether it is ready: 0 yes, 1 no. For `HEALTHCHECK` and the like. */
export async function healthcheck(config: Config, print: (line: string) => void): Promise<number> {
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host
  try {
    const answer = await fetch(`http://${host}:${config.port}/readyz`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    print((await answer.text()).trim())
    return answer.ok ? 0 : 1
  } catch (error) {
    print(`The server at ${host}:${config.port} does not answer: ${(error as Error).message}`)
    return 1
  }
}
