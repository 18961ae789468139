import { makeApp } from '#src/app.ts'
import { credentialOf, identify } from '#src/auth/pages.ts'
import { loadAssets } from '#src/http/assets.ts'
import { readClient } from '#src/http/client.ts'
import { type TestContext, testContext } from './context.ts'

export type TestApp = { url: string; ctx: TestContext; end(): Promise<void> }

/** The whole server on a port of its own, over a database of its own; people are told apart as in the executable. */
export async function testApp(
  overrides: Parameters<typeof testContext>[0] & { clientDir?: string } = {},
): Promise<TestApp> {
  const ctx = await testContext(overrides)
  ctx.identity.find = (request) => identify(ctx, request)
  ctx.identity.credentialOf = (request) => credentialOf(ctx, request)
  const files = overrides.clientDir === undefined ? undefined : readClient(overrides.clientDir)
  const app = makeApp(ctx, await loadAssets(), files).listen({ port: 0, hostname: '127.0.0.1' })
  return {
    url: `http://127.0.0.1:${app.server!.port}`,
    ctx,
    async end() {
      await app.stop(true)
      await ctx.end()
    },
  }
}
