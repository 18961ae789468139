import type { AppContext } from '#src/context.ts'

type CookieOptions = { maxAgeSeconds: number }

/** With https the name carries `__Host-` and the cookie Secure (RFC 6265bis, section 4.1.3.2); a `__Host-` cookie's path is `/`. */
export const nameOf = (ctx: AppContext, name: string) => (isHttps(ctx) ? `__Host-${name}` : name)
export const isHttps = (ctx: AppContext) => ctx.config.publicUrl?.startsWith('https:') ?? false

export function readCookie(ctx: AppContext, request: Request, name: string): string | undefined {
  const wanted = `${nameOf(ctx, name)}=`
  const pair = (request.headers.get('cookie') ?? '').split(/;\s*/).find((part) => part.startsWith(wanted))
  return pair?.slice(wanted.length) || undefined
}

/** A `Set-Cookie` value: HttpOnly, SameSite=Lax, for the whole site. */
export function cookie(ctx: AppContext, name: string, value: string, { maxAgeSeconds }: CookieOptions): string {
  const secure = isHttps(ctx) ? '; Secure' : ''
  return `${nameOf(ctx, name)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`
}

export const expiredCookie = (ctx: AppContext, name: string) => cookie(ctx, name, '', { maxAgeSeconds: 0 })
