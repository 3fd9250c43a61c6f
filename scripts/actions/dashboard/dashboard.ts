import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Server } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { createAdaptorServer } from '@hono/node-server'
import { exitCodes, JoulemarkError, messageOf } from '../../../harness/errors.ts'
import { plainText } from '../../../harness/plain-text.ts'
import { storeOfRuns } from '../../store/store-address.ts'
import { type InterruptWords, watchInterrupts } from '../../support/interrupts.ts'
import type { CommandIo } from '../../support/io.ts'
import { Access, FEWEST_TOKEN_CHARACTERS } from './access.ts'
import { dashboardApp } from './app.ts'
import { PageMaker } from './page-maker.ts'
import { folderSource, type RunSource, storeSource } from './run-source.ts'

/** Flags of `dashboard`. */
export interface DashboardFlags {
  readonly store?: string
  readonly port: number
  readonly host: string
  readonly tokenFile?: string
  readonly allowedHost?: readonly string[]
}

/** The variable of the environment that holds the token. */
const TOKEN_VARIABLE = 'JOULEMARK_DASHBOARD_TOKEN'
/** Pages under way have this long at the end. */
const END_MS = 2000
const words: InterruptWords = {
  first: 'stopping the dashboard',
  second: 'still stopping; interrupt once more to leave at once',
}

/** Serves the dashboard until it is interrupted. `ready` gets its address. */
export async function dashboard(
  given: readonly string[],
  flags: DashboardFlags,
  io: CommandIo,
  ready: (url: string) => void = () => {},
): Promise<number> {
  const token = tokenOf(flags, io)
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(flags.host)
  if (token === null && !isLoopback) {
    throw new JoulemarkError(
      'bad-input',
      `--host ${flags.host}: others could read every run; set a token in ${TOKEN_VARIABLE} or with --token-file`,
    )
  }
  const interrupts = watchInterrupts(io, words)
  let reader: RunSource | null = null
  try {
    const opened = await sourceOf(given, flags, io)
    reader = opened.reader
    const access = new Access(token)
    const pages = new PageMaker({ reader, folders: opened.folders, canLogOut: access.hasToken })
    const names = [hostname(), ...(isIP(flags.host) === 0 ? [flags.host] : []), ...(flags.allowedHost ?? [])]
    const onBug = (error: Error) => io.stderr.write(`internal error: ${plainText(error.stack ?? messageOf(error))}\n`)
    const app = dashboardApp({ access, pages, hostNames: names, onBug })
    const server = createAdaptorServer({ fetch: app.fetch }) as Server
    const url = await listening(server, flags)
    io.stdout(`${url}\n`)
    io.stderr.write(`${reader.name}${token === null ? '' : '; asks for the token'}; Ctrl-C ends it\n`)
    ready(url)
    await untilInterrupted(interrupts.drain)
    await closed(server)
    return exitCodes.done
  } finally {
    interrupts.unwatch()
    reader?.close()
  }
}

/** The store that the flag names, else the folders that are given, else the store of the environment, else `results`. */
async function sourceOf(
  given: readonly string[],
  flags: DashboardFlags,
  io: CommandIo,
): Promise<{ readonly reader: RunSource; readonly folders: readonly string[] }> {
  const named = flags.store !== undefined || given.length === 0 ? storeOfRuns(flags.store, io.env) : null
  const folders = given.length > 0 ? given : existsSync('results') ? ['results'] : []
  if (named !== null) return { reader: storeSource(named, io), folders }
  if (folders.length === 0) {
    throw new JoulemarkError(
      'bad-input',
      'no runs: there is no folder results here; name folders of runs, or a store with --store',
    )
  }
  return { reader: await folderSource(folders, io), folders }
}

function tokenOf({ tokenFile }: DashboardFlags, io: CommandIo): string | null {
  const where = tokenFile === undefined ? TOKEN_VARIABLE : `--token-file ${tokenFile}`
  const text = tokenFile === undefined ? io.env[TOKEN_VARIABLE] : readToken(tokenFile, io)
  if (text === undefined || (text === '' && tokenFile === undefined)) return null
  const token = text.trim()
  if (token.length < FEWEST_TOKEN_CHARACTERS || /\s/.test(token)) {
    throw new JoulemarkError(
      'bad-input',
      `${where}: expected a token of at least ${FEWEST_TOKEN_CHARACTERS} characters without spaces, such as \`openssl rand -hex 24\` makes`,
    )
  }
  return token
}

function readToken(path: string, io: CommandIo): string {
  try {
    const text = readFileSync(path, 'utf8')
    if ((statSync(path).mode & 0o044) !== 0) io.stderr.write(`${path}: other users can read this token: chmod 600\n`)
    return text
  } catch (error) {
    throw new JoulemarkError('bad-input', `--token-file ${path}: cannot be read: ${messageOf(error)}`)
  }
}

/** Listens; its address as a browser takes it. Throws `bad-input` for a port or an address that cannot be had. */
function listening(server: Server, { port, host }: DashboardFlags): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)))
    server.listen(port, host, () => {
      const address = server.address()
      const bound = typeof address === 'object' && address !== null ? address.port : port
      resolve(`http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}/`)
    })
  })
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): JoulemarkError {
  const where = `--port ${port}`
  if (error.code === 'EADDRINUSE')
    return new JoulemarkError('bad-input', `${where}: another program listens there; choose another port`)
  if (error.code === 'EACCES')
    return new JoulemarkError('bad-input', `${where}: only root may listen there; choose a port from 1024 on`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new JoulemarkError('bad-input', `--host ${host}: is no address of this machine`)
  return new JoulemarkError('environment', `${host}:${port}: cannot listen: ${messageOf(error)}`)
}

const untilInterrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), END_MS).unref()
  })
}
