import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import {
  missingPrograms,
  type PrometheusServer,
  startNodeExporter,
  startPrometheus,
} from '../../harness/testing/prometheus-server.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { fleetStanding } from '../../reports/fleet/standing/standing.ts'
import { againstBaselines } from '../../reports/openmetrics/against-baselines.ts'
import { openMetrics } from '../../reports/openmetrics/openmetrics.ts'
import { makeFleet } from '../../reports/testing/fleet-builder.ts'
import { writeOpenMetrics } from '../actions/fleet/openmetrics.ts'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const noPromtool = missingPrograms('promtool')
const noServers = missingPrograms('prometheus', 'prometheus-node-exporter')
const reason = (why: string | null) => (why === null ? '' : ` (skipped: ${why})`)

/** A scenario of which every figure of the dashboard is known. */
const fleet = makeFleet({ boxes: 8, fleetLoss: 0.02, losses: { 3: 0.08 } })
const dated = (runs: readonly RunRecord[]): RunRecord[] =>
  runs.map((run) => ({
    ...run,
    endedAt: new Date().toISOString(),
    gates: [{ id: 'throttle', status: 'warn', required: true, evidence: '3 %' }],
    result: {
      ...run.result,
      ...Object.fromEntries(
        [
          ['outputTokensPerS', run.result['outputTokensPerS']!.mean],
          ['tokensPerJ', 3.21],
          ['ttftMsP50', 123.4],
          ['meanPowerW', 301.5],
        ].map(([key, mean]) => [
          key,
          { mean, ci95: [0.99 * (mean as number), 1.01 * (mean as number)], n: 3, unit: 'u' },
        ]),
      ),
    },
  }))
const [baseline, candidate] = [dated(fleet.baseline), dated(fleet.candidate)]
const page = openMetrics({
  records: [...baseline, ...candidate],
  standing: fleetStanding([...baseline, ...candidate]),
  comparison: againstBaselines([...baseline, ...candidate], baseline),
})

describe.skipIf(noPromtool !== null)(`promtool${reason(noPromtool)}`, () => {
  const promtool = (...words: string[]) => promisify(execFile)('promtool', words)

  test('finds nothing to say about the page', () => {
    expect(execFileSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' })).toBe('')
  })

  test('accepts the alerts, and each fires when it should', async () => {
    expect((await promtool('check', 'rules', here('alerts.yaml'))).stdout).toContain('SUCCESS')
    expect((await promtool('test', 'rules', here('alerts.test.yaml'))).stdout).toContain('SUCCESS')
  })
})

describe.skipIf(noServers !== null)(`a real Prometheus${reason(noServers)}`, () => {
  let prometheus: PrometheusServer
  let dashboard: Server
  const stops: (() => Promise<void>)[] = []

  beforeAll(async () => {
    const root = mkdtempSync(join(tmpdir(), 'monitoring-'))
    const [runs, textfiles] = [join(root, 'runs'), join(root, 'textfiles')]
    for (const record of candidate) {
      mkdirSync(join(runs, record.host.hostname, record.id), { recursive: true })
      writeFileSync(join(runs, record.host.hostname, record.id, 'run.json'), JSON.stringify(record))
    }
    await writeOpenMetrics([runs], { out: join(textfiles, 'joulemark.prom') }, saidIo().io)
    const exporter = await startNodeExporter(textfiles)
    // as the dashboard serves it
    dashboard = createServer((_, answer) =>
      answer.setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8').end(page),
    ).listen(0, '127.0.0.1')
    await new Promise((resolve) => dashboard.once('listening', resolve))
    const target = (job_name: string, address: string) => ({ job_name, static_configs: [{ targets: [address] }] })
    prometheus = await startPrometheus(join(root, 'prometheus'), {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      rule_files: [here('alerts.yaml')],
      scrape_configs: [
        target('textfile', exporter.address),
        target('page', `127.0.0.1:${(dashboard.address() as AddressInfo).port}`),
      ],
    })
    stops.push(exporter.stop, prometheus.stop)
    while ((await prometheus.query('joulemark_build_info')).length < 2) await wait(100)
  })
  afterAll(async () => {
    dashboard?.close()
    await Promise.all(stops.map((stop) => stop()))
  })

  const newest = (box: string) => candidate.filter(({ host }) => host.hostname === box).at(-1)!

  test('a query answers what the record says, of the textfile and of the page', async () => {
    for (const job of ['textfile', 'page']) {
      for (const [name, key, scale] of [
        ['output_tokens_per_second', 'outputTokensPerS', 1],
        ['ttft_p50_seconds', 'ttftMsP50', 1000],
      ] as const) {
        const found = await prometheus.query(`joulemark_${name}{job="${job}"}`)
        expect(found).toHaveLength(8)
        for (const { labels, value } of found) {
          expect(value).toBe(newest(labels['host']!).result[key]!.mean! / scale)
          expect(labels).toMatchObject({
            card: 'rtx-4090',
            source: 'live',
            driver: '590.10',
            gpu: newest(labels['host']!).gpus[0]!.uuid,
          })
        }
      }
    }
    expect(await prometheus.query('node_textfile_scrape_error')).toMatchObject([{ value: 0 }])
    expect(await prometheus.query('max(up) + min(up)')).toMatchObject([{ value: 2 }])
  })

  test('the unit and the type of a metric arrive', async () => {
    const { data } = (await prometheus.api(
      'targets/metadata?match_target={job="page"}&metric=joulemark_ttft_p50_seconds',
    )) as {
      data: object[]
    }
    expect(data).toMatchObject([{ type: 'gauge', unit: 'seconds', help: expect.stringContaining('TTFT') }])
  })

  test('the alert of the box that lost fires, and of no other', async () => {
    const firing = (name: string) =>
      prometheus.query(`count by (host) (ALERTS{alertname="${name}", alertstate="firing", job="page"})`)
    await expect.poll(() => firing('JoulemarkRegressed')).toMatchObject([{ labels: { host: 'box-03' } }])
    await expect.poll(() => firing('JoulemarkFleetRegressed')).toHaveLength(1)
    await expect.poll(() => firing('JoulemarkBelowSiblings')).toMatchObject([{ labels: { host: 'box-03' } }])
  })

  test('every query of the Grafana dashboard finds something', async () => {
    const { panels } = JSON.parse(readFileSync(here('dashboard.json'), 'utf8')) as {
      panels: { title: string; targets?: { expr: string }[] }[]
    }
    const empty: string[] = []
    for (const { title, targets = [] } of panels) {
      for (const { expr } of targets) {
        const promql = expr.replaceAll('$source', 'live').replaceAll(/\$(card|scenario|host)/g, '.*')
        if ((await prometheus.query(promql)).length === 0) empty.push(`${title}: ${promql}`)
      }
    }
    expect(empty).toEqual([])
  })
})
