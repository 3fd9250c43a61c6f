import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { verifyRun } from '../../evidence/verify-run.ts'
import { seededRandom } from '../../plan/random.ts'
import { newKeyPair, readPrivateKey } from '../../record/signing/signature.ts'
import { parseStoreAddress } from '../../store/db/address.ts'
import { type Store, withStore } from '../../store/db/open.ts'
import { findInStore } from '../../store/find.ts'
import { pullRun } from '../../store/pull.ts'
import { parseQuery } from '../../store/query/parse.ts'
import { writeLiveRun } from '../../testing/live-record.ts'
import { postgresPrograms, startPostgres } from '../../testing/postgres-server.ts'
import { bytesOf, copyOfRun } from '../../testing/run-copies.ts'

/**
 * `npm run bench:store [-- --runs 200]`: is anything lost or doubled when many processes push the same runs at once, and some
 * are killed (SIGKILL) while they do? In a real PostgreSQL, where it can be started, and in a file.
 */
const flagAt = process.argv.indexOf('--runs')
const count = flagAt < 0 ? 200 : Number(process.argv[flagAt + 1])
if (!Number.isSafeInteger(count) || count < 1) {
  process.stderr.write(`--runs ${process.argv[flagAt + 1]}: expected a whole number from 1 on\n`)
  process.exit(2)
}
const PROCESSES = 8
const KILLED = 4
const random = seededRandom(2026)
const root = mkdtempSync(join(tmpdir(), 'bench-store-'))
const source = join(root, 'runs')
const pusher = fileURLToPath(new URL('pusher.ts', import.meta.url))
const key = readPrivateKey(newKeyPair().privatePem, 'bench key')

/** What the pushers were told: by digest, how often the store confirmed a first push, and a run that was there. */
interface Confirmed {
  readonly pushed: Map<string, number>
  readonly present: Set<string>
}

/** Starts a pusher. `killAfter` kills it, with SIGKILL, after so many confirmations; null lets it end. */
function start(
  address: string,
  at: number,
  atOnce: number,
  env: object,
  confirmed: Confirmed,
  killAfter: number | null,
): ChildProcess {
  const from = String(Math.floor((at * count) / PROCESSES))
  const node = ['--import', import.meta.resolve('tsx'), pusher, address, source, from, String(atOnce)]
  const child = spawn(process.execPath, node, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  let lines = 0
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const [outcome, digest = ''] = line.split(' ')
    if (outcome === 'pushed') confirmed.pushed.set(digest, (confirmed.pushed.get(digest) ?? 0) + 1)
    else confirmed.present.add(digest)
    lines += 1
    if (lines === killAfter) child.kill('SIGKILL')
  })
  return child
}

/** Pushes all runs from all processes, kills some of them, and starts them again. Returns the row of the table. */
async function measure(what: string, address: string, atOnce: number, env: NodeJS.ProcessEnv): Promise<string> {
  const confirmed: Confirmed = { pushed: new Map(), present: new Set() }
  const startMs = performance.now()
  const ends = Array.from({ length: PROCESSES }, async (_, at) => {
    const killAfter = at < KILLED ? 1 + Math.floor(random() * Math.min(count, 30)) : null
    const child = start(address, at, atOnce, env, confirmed, killAfter)
    const [code, signal] = await once(child, 'exit')
    if (signal === null && code !== 0) throw new Error(`a pusher ended with code ${code}`)
    if (signal === null) return false
    const [again] = await once(start(address, at, atOnce, env, confirmed, null), 'exit')
    if (again !== 0) throw new Error(`a pusher ended with code ${again}`)
    return true
  })
  const killed = (await Promise.all(ends)).filter((again) => again).length
  const seconds = (performance.now() - startMs) / 1000
  const faults = await withStore(parseStoreAddress(address, what), { ...process.env, ...env }, 'read', (store) =>
    faultsOf(store, confirmed, join(root, `pulled-${what}`)),
  )
  const cells = [what, PROCESSES, PROCESSES * atOnce, killed, seconds.toFixed(1), faults.length]
  return [`| ${cells.join(' | ')} |`, ...faults].join('\n')
}

/** One line for each run that is lost, doubled, not what it was, or confirmed as new more than once. */
async function faultsOf(store: Store, { pushed, present }: Confirmed, folder: string): Promise<string[]> {
  const entries = await findInStore(store, parseQuery('', new Date()))
  const faults: string[] = []
  const ids = entries.map(({ id }) => id)
  for (let number = 0; number < count; number += 1) {
    const found = ids.filter((id) => id === idOf(number)).length
    if (found !== 1) faults.push(`${idOf(number)} is there ${found} times`)
  }
  if (entries.length !== count) faults.push(`${entries.length} runs instead of ${count}`)
  const digests = new Set(entries.map(({ digest }) => digest))
  for (const digest of [...pushed.keys(), ...present])
    if (!digests.has(digest)) faults.push(`${digest} was confirmed and is lost`)
  for (const [digest, times] of pushed) if (times > 1) faults.push(`${digest} was new ${times} times`)
  for (const entry of entries) {
    const { directory } = await pullRun(store, entry, folder)
    const isSame = JSON.stringify(bytesOf(directory)) === JSON.stringify(bytesOf(join(source, entry.id)))
    if (!isSame) faults.push(`${entry.id} is not what was pushed`)
  }
  const [some] = entries
  const { problems } = await verifyRun(join(folder, some?.id ?? ''))
  return [...faults, ...problems.map(({ file, what }) => `${some?.id}: ${file}: ${what}`)]
}

const idOf = (number: number): string => `run-${String(number).padStart(4, '0')}`

try {
  const original = await writeLiveRun(root, { id: 'original' })
  for (let number = 0; number < count; number += 1) copyOfRun(original, source, { id: idOf(number) }, key)
  process.stdout.write(
    `${count} runs, each pushed by ${PROCESSES} processes\n| store | processes | pushes at once | killed and restarted | s | lost, doubled or changed |\n|---|---|---|---|---|---|\n`,
  )
  const programs = postgresPrograms()
  if ('reason' in programs) process.stdout.write(`PostgreSQL is skipped: ${programs.reason}\n`)
  else {
    const server = await startPostgres(programs, { max_connections: 400, fsync: 'on' })
    try {
      const { host, port, database, user } = await server.newDatabase()
      const atOnce = Math.ceil(200 / PROCESSES)
      process.stdout.write(
        `${await measure('PostgreSQL', `postgres://${user}@${host}:${port}/${database}`, atOnce, server.env)}\n`,
      )
    } finally {
      await server.stop()
    }
  }
  process.stdout.write(`${await measure('SQLite', `sqlite:${join(root, 'store.sqlite')}`, 1, {})}\n`)
} finally {
  rmSync(root, { recursive: true, force: true })
}
