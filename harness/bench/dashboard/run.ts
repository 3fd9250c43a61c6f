import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newKeyPair, readPrivateKey } from '../../record/signing/signature.ts'
import { parseStoreAddress } from '../../store/db/address.ts'
import { withStore } from '../../store/db/open.ts'
import { pushRun } from '../../store/push.ts'
import { freePort } from '../../testing/free-ports.ts'
import { writeLiveRun } from '../../testing/live-record.ts'
import { postgresPrograms, startPostgres } from '../../testing/postgres-server.ts'
import { cliWords } from '../../testing/run-cli.ts'
import { manyBoxes } from './many-boxes.ts'

/**
 * `npm run bench:dashboard [-- --runs 10000]`: how long do the pages of the dashboard take beside many runs of 40 boxes, and how
 * much memory, on a store in a file and, where it can be started, in PostgreSQL? Each page is asked for the first time, and again.
 */
const flagAt = process.argv.indexOf('--runs')
const count = flagAt < 0 ? 10_000 : Number(process.argv[flagAt + 1])
if (!Number.isSafeInteger(count) || count < 1) {
  process.stderr.write(`--runs ${process.argv[flagAt + 1]}: expected a whole number from 1 on\n`)
  process.exit(2)
}
const PAGES = [
  '/',
  '/cards',
  '/card?card=rtx-4090',
  '/server?host=gpu08',
  '/scenarios',
  '/scenario?name=rag',
  '/compare?before=driver%3D580.*&after=driver%3D590.*',
  '/quotable',
  '/metrics',
]
const root = mkdtempSync(join(tmpdir(), 'bench-dashboard-'))

/** Seconds of the processor that a process has used; Linux only. */
const cpuS = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
const memoryMb = ({ pid }: ChildProcess): number =>
  (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024) / 1e6

async function asked(child: ChildProcess, url: string): Promise<string[]> {
  const [startMs, startCpuS] = [performance.now(), cpuS(child)]
  const response = await fetch(url)
  const bytes = (await response.arrayBuffer()).byteLength
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`)
  return [
    (performance.now() - startMs).toFixed(0),
    (1000 * (cpuS(child) - startCpuS)).toFixed(0),
    (bytes / 1000).toFixed(0),
  ]
}

async function measure(what: string, address: string, env: NodeJS.ProcessEnv): Promise<void> {
  const startMs = performance.now()
  const original = await writeLiveRun(join(root, what), { id: 'original' })
  const key = readPrivateKey(newKeyPair().privatePem, 'bench key')
  await withStore(parseStoreAddress(address, 'bench'), env, 'write', async (store) => {
    for (const directory of manyBoxes(original, join(root, what), count, key)) {
      const pushed = await pushRun(store, directory)
      if (pushed.outcome !== 'pushed') throw new Error(JSON.stringify(pushed))
    }
  })
  process.stdout.write(`\n${count} runs in ${what}, pushed in ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`)
  const port = String(await freePort())
  const child = spawn(process.execPath, cliWords('dashboard', '--store', address, '--port', port), {
    env: { ...process.env, ...env, HOME: root },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(child.stdout, 'data')
    process.stdout.write(`before the first page: ${memoryMb(child).toFixed(0)} MB\n`)
    process.stdout.write('| page | ms | CPU ms | again, ms | kB | MB after it |\n|---|---|---|---|---|---|\n')
    for (const page of PAGES) {
      const [ms, cpuMs, kb] = await asked(child, `http://127.0.0.1:${port}${page}`)
      const [again] = await asked(child, `http://127.0.0.1:${port}${page}`)
      process.stdout.write(`| ${[page, ms, cpuMs, again, kb, memoryMb(child).toFixed(0)].join(' | ')} |\n`)
    }
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

try {
  await measure('SQLite', `sqlite:${join(root, 'store.sqlite')}`, {})
  const programs = postgresPrograms()
  if ('reason' in programs) process.stdout.write(`no PostgreSQL: ${programs.reason}\n`)
  else {
    const server = await startPostgres(programs)
    try {
      const { host, port, database, user } = await server.newDatabase()
      await measure('PostgreSQL', `postgres://${user}@${host}:${port}/${database}`, server.env)
    } finally {
      await server.stop()
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
