import { spawnSync } from 'node:child_process'
import { constants, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sealed } from '../evidence/seal.ts'
import { replaceFile, toJson } from '../record/json-file.ts'
import { writeLiveRun } from '../testing/live-record.ts'
import { postgresPrograms, startPostgres } from '../testing/postgres-server.ts'

/**
 * `npm run bench:runs [-- --runs 10000]`: how long does a folder of many runs take, and how much memory? Copies of one
 * record of three trials, each with an id and a digest of its own. Each command is a process of its
 * own. `list` keeps what it read in the index of the folder: it is measured without it, with it, and after one more run.
 * Then all runs go into a store in a file, and into a real PostgreSQL where one is
 * installed, and the same is asked of it.
 */
const flagAt = process.argv.indexOf('--runs')
const count = flagAt < 0 ? 10_000 : Number(process.argv[flagAt + 1])
if (!Number.isSafeInteger(count) || count < 1) {
  process.stderr.write(`--runs ${process.argv[flagAt + 1]}: expected a whole number from 1 on\n`)
  process.exit(2)
}

const root = mkdtempSync(join(tmpdir(), 'bench-runs-'))
const runs = join(root, 'results')
const cli = fileURLToPath(new URL('../../scripts/cli.ts', import.meta.url))
/** Makes a process print what it used as the last line of its stderr. */
const printUsage = `data:text/javascript,process.on('exit',()=>process.stderr.write('\\n'+JSON.stringify(process.resourceUsage())))`
/** An index takes no folder that has changed in the last two seconds. */
const SETTLED_MS = 2500

const idOf = (number: number): string => `20261120-101500-rtx-4090-light-${String(number).padStart(6, '0')}`
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const postgres = postgresPrograms()

/** A store, as a command is told of it. */
interface NamedStore {
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** Pushes all runs into a store, and asks it what was asked of the folder. */
async function storeRows(name: string, { words, env }: NamedStore): Promise<void> {
  const row = (what: string, ...typed: readonly string[]) =>
    process.stdout.write(measured(`${what}, ${name}`, [...typed, ...words], env))
  const asReport = ['--format', 'json', '--out', join(root, 'out')]
  row('store push, all', 'store', 'push', runs)
  row('store push, all again', 'store', 'push', runs)
  row('store list', 'store', 'list')
  row('store list, the newest 20', 'store', 'list', 'last=20')
  row('report of a store, the newest', 'report', 'store:last=1', ...asReport)
  row('report of a store, all', 'report', 'store:', ...asReport)
}

async function inPostgres(): Promise<void> {
  const server = await startPostgres(postgres)
  try {
    const { user, host, port, database } = await server.newDatabase()
    const address = `postgres://${user}@${host}:${port}/${database}?sslmode=disable`
    await storeRows('PostgreSQL', { words: ['--store', address], env: server.env })
  } finally {
    await server.stop()
  }
}

/** Runs a command and returns one row of the table. A negative answer is one too: these records are not signed. */
function measured(what: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const startMs = performance.now()
  const node = ['--import', import.meta.resolve('tsx'), '--import', printUsage, cli, ...words]
  const { status, stdout, stderr } = spawnSync(process.execPath, node, {
    env: { ...process.env, HOME: root, XDG_CACHE_HOME: join(root, 'cache'), ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  if (status !== 0 && status !== 1) throw new Error(`${what}: exit code ${status}: ${stderr.slice(0, 2000)}`)
  const usage = JSON.parse(stderr.slice(stderr.lastIndexOf('\n'))) as NodeJS.ResourceUsage
  const cells = [
    what,
    ((performance.now() - startMs) / 1000).toFixed(1),
    ((usage.userCPUTime + usage.systemCPUTime) / 1e6).toFixed(1),
    ((usage.maxRSS * 1024) / 1e6).toFixed(0),
    stdout.trimEnd().split('\n').length,
  ]
  return `| ${cells.join(' | ')} |\n`
}

try {
  const original = await writeLiveRun(root, { id: 'original' })
  const tables = readdirSync(original.directory).filter((name) => name !== 'run.json')
  const copy = (number: number): void => {
    const id = idOf(number)
    const directory = join(runs, id)
    mkdirSync(directory, { recursive: true })
    for (const name of tables)
      copyFileSync(join(original.directory, name), join(directory, name), constants.COPYFILE_FICLONE)
    replaceFile(join(directory, 'run.json'), toJson(sealed({ ...original.record, id })))
  }
  for (let number = 0; number < count; number += 1) copy(number)
  await wait(SETTLED_MS)
  const last = join(runs, idOf(count - 1))
  process.stdout.write(`${count} runs\n| command | wall s | CPU s | peak MB | lines printed |\n|---|---|---|---|---|\n`)
  process.stdout.write(measured('list, no index yet', ['list', runs]))
  process.stdout.write(measured('list, again', ['list', runs]))
  copy(count)
  await wait(SETTLED_MS)
  process.stdout.write(measured('list, one run more', ['list', runs]))
  process.stdout.write(measured('list of the last', ['list', last]))
  process.stdout.write(measured('report of the last', ['report', last, '--format', 'json', '--out', join(root, 'out')]))
  process.stdout.write(measured('verify of the last', ['verify', last]))
  process.stdout.write(measured('report of all', ['report', runs, '--format', 'json', '--out', join(root, 'out')]))
  await storeRows('a file', { words: ['--store', `sqlite:${join(root, 'store.sqlite')}`], env: {} })
  if ('reason' in postgres) process.stdout.write(`PostgreSQL: not measured: ${postgres.reason}\n`)
  else await inPostgres()
} finally {
  rmSync(root, { recursive: true, force: true })
}
