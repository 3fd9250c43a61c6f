import type { IncomingMessage } from 'node:http'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, setCookie } from 'hono/cookie'
import { toolVersion } from '../../../harness/version.ts'
import { dashboardPage } from '../../../reports/dashboard/page/shell.ts'
import { dashboardStyle } from '../../../reports/dashboard/page/style.ts'
import { loginView, messageView } from '../../../reports/dashboard/views/message-views.ts'
import { clientScript } from '../../../reports/render/html/client-bundle.ts'
import { type Access, isOwnHost, isOwnOrigin, SESSION_COOKIE } from './access.ts'
import type { PageMaker } from './page-maker.ts'

/** What the dashboard answers with. */
export interface AppParts {
  readonly access: Access
  readonly pages: PageMaker
  /** Names of this machine that a Host header may have, besides IP addresses and localhost. */
  readonly hostNames: readonly string[]
  /** Gets every error that no page explains. */
  readonly onBug: (error: Error) => void
}

/** Nothing but its own style and script; ECharts writes styles into the elements of a drawing. */
const policy =
  "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}
const BUG =
  'This page could not be made, which is a bug in joulemark. `joulemark list` and `joulemark fleet report` read the same runs.'
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
/** A token is shorter. */
const MOST_FORM_BYTES = 4096

/** The routes of the dashboard. It reads only: no route changes a run. */
export function dashboardApp({ access, pages, hostNames, onBug }: AppParts): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    for (const [name, value] of Object.entries(securityHeaders)) context.res.headers.set(name, value)
  })
  app.use(async (context, next) => {
    if (isOwnHost(context.req.header('host'), hostNames)) return next()
    return context.text(
      'This dashboard is not known under that name: start it with --allowed-host NAME, or use its IP address.\n',
      403,
    )
  })
  app.get('/healthz', (context) => context.text('ok\n'))
  app.get('/style.css', (context) => context.body(dashboardStyle, 200, { 'content-type': 'text/css; charset=utf-8' }))
  app.get('/page.js', (context) =>
    context.body(clientScript(), 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  )
  app.get('/favicon.ico', (context) => context.body(null, 204))
  withLogin(app, access)
  app.use(async (context, next) => {
    const header = (name: string) => context.req.header(name)
    const headers = { authorization: header('authorization'), cookie: header('cookie') }
    if (access.allows(headers, remoteOf(context))) return next()
    if (header('accept')?.includes('text/html')) return context.redirect('/login', 303)
    return context.text('Send the token: Authorization: Bearer TOKEN\n', 401, { 'www-authenticate': 'Bearer' })
  })
  app.get('/metrics', async (context) => {
    const { status, text } = await pages.metrics()
    return context.body(text, status, { 'content-type': status === 200 ? OPEN_METRICS : 'text/plain; charset=utf-8' })
  })
  app.get('*', async (context) => {
    const { status, text } = await pages.page(new URL(context.req.url))
    return context.html(text, status, status === 503 ? { 'retry-after': '5' } : {})
  })
  app.all('*', (context) => context.text('This dashboard only reads: GET.\n', 405, { allow: 'GET, HEAD' }))
  app.onError((error, context) => {
    onBug(error)
    return context.html(plainPage('Something went wrong', BUG), 500)
  })
  return app
}

/** The address of the other end of a connection. Headers that name another one can be written by anyone, and are not read. */
const remoteOf = ({ env }: Context): string =>
  (env as { readonly incoming?: IncomingMessage } | undefined)?.incoming?.socket.remoteAddress ?? ''

const formLimit = bodyLimit({
  maxSize: MOST_FORM_BYTES,
  onError: (context) => context.text('That is no token.\n', 413),
})

/** The form for the token, and the way out. Without a token there is neither. */
function withLogin(app: Hono, access: Access): void {
  if (!access.hasToken) return
  app.get('/login', (context) => context.html(loginPage(null)))
  app.post('/login', formLimit, async (context) => {
    const header = (name: string) => context.req.header(name)
    if (!isOwnOrigin(header('origin'), header('host'))) return context.text('Use the form of this dashboard.\n', 403)
    const { token } = await context.req.parseBody()
    const result = access.logIn(typeof token === 'string' ? token : '', remoteOf(context))
    if ('problem' in result) return context.html(loginPage(result.problem), 401)
    // Secure would keep the cookie from a connection without TLS, which a tunnel or a private network has
    setCookie(context, SESSION_COOKIE, result.session, { httpOnly: true, sameSite: 'Strict', path: '/' })
    return context.redirect('/', 303)
  })
  app.post('/logout', (context) => {
    const header = (name: string) => context.req.header(name)
    if (!isOwnOrigin(header('origin'), header('host'))) return context.text('Use the form of this dashboard.\n', 403)
    access.logOut(header('cookie'))
    deleteCookie(context, SESSION_COOKIE, { path: '/' })
    return context.redirect('/login', 303)
  })
}

const bare = {
  store: null,
  runs: null,
  source: 'live',
  switchTo: null,
  version: toolVersion,
  canLogOut: false,
} as const
const loginPage = (problem: string | null): string =>
  dashboardPage(loginView(problem), { ...bare, asOf: new Date().toISOString() })
const plainPage = (title: string, message: string): string =>
  dashboardPage(messageView(title, message), { ...bare, asOf: new Date().toISOString() })
