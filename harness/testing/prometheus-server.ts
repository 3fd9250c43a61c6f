import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './free-ports.ts'

/** A program that a test starts, and how it is ended. */
interface Started {
  readonly address: string
  readonly stop: () => Promise<void>
}

/** A real Prometheus server, which scrapes as its configuration says. */
export interface PrometheusServer extends Started {
  /** The answer to a PromQL query: the labels and the value of each series. */
  readonly query: (promql: string) => Promise<{ readonly labels: Record<string, string>; readonly value: number }[]>
  /** What a GET of its API gives, parsed. */
  readonly api: (path: string) => Promise<unknown>
}

const START_MS = 60_000

/** Which of these programs are not on the path of this machine; null if all are. */
export function missingPrograms(...names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const missing = names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))))
  return missing.length === 0 ? null : `${missing.join(', ')} not installed here`
}

/** Starts Prometheus with a configuration (JSON is YAML) in a folder. Throws if it does not answer within a minute. */
export async function startPrometheus(folder: string, config: object): Promise<PrometheusServer> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'prometheus.yml')
  writeFileSync(file, JSON.stringify(config))
  const address = `127.0.0.1:${await freePort()}`
  const started = await start(
    'prometheus',
    [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${address}`],
    `http://${address}/-/ready`,
  )
  const api = async (path: string): Promise<unknown> => (await fetch(`http://${address}/api/v1/${path}`)).json()
  return {
    ...started,
    address,
    api,
    query: async (promql) => {
      const answer = (await api(`query?query=${encodeURIComponent(promql)}`)) as QueryAnswer
      if (answer.status !== 'success') throw new Error(`${promql}: ${answer.error}`)
      return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
  }
}

interface QueryAnswer {
  readonly status: string
  readonly error?: string
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[]
  }
}

/** Starts node_exporter with its textfile collector alone, over a folder. */
export async function startNodeExporter(textfiles: string): Promise<Started> {
  const address = `127.0.0.1:${await freePort()}`
  const flags = [
    '--collector.disable-defaults',
    '--collector.textfile',
    `--collector.textfile.directory=${textfiles}`,
    `--web.listen-address=${address}`,
  ]
  return { ...(await start('prometheus-node-exporter', flags, `http://${address}/metrics`)), address }
}

async function start(program: string, flags: readonly string[], readyUrl: string): Promise<Pick<Started, 'stop'>> {
  const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2000)
  })
  const stop = () => ended(child)
  for (const until = Date.now() + START_MS; Date.now() < until; await wait(50)) {
    if (child.exitCode !== null) break
    const answer = await fetch(readyUrl).catch(() => null)
    if (answer?.ok) return { stop }
  }
  await stop()
  throw new Error(`${program} did not start: ${said}`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
