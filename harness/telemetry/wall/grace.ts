import type { WallDomain } from '../../record/schema/wall.ts'
import { settingsOf, type WallHost } from './host.ts'
import { closed, type OpenedSource, power, type SourceFacts, type WallValue } from './source.ts'

const HWMON = '/sys/class/hwmon'
/** The names of the sensors of Grace: https://docs.nvidia.com/grace-perf-tuning-guide/power-thermals.html */
const SENSOR = /^(Module|Grace|CPU|SysIO) Power Socket \d+$/

interface Meter extends WallDomain {
  readonly path: string
  readonly averagingMs: number | null
}

/**
 * The power meters of NVIDIA Grace, which the kernel shows as ACPI power meters: `power1_average` in µW, named by `power1_oem_info`.
 * "Grace Power Socket" is the processor with its memory and regulators; where the firmware has none, the rails "CPU" and "SysIO" are
 * summed in its place. "Module" is read but not summed, because it includes the GPU.
 */
export async function openGrace(host: WallHost): Promise<OpenedSource> {
  const facts: SourceFacts = {
    source: 'grace',
    covers: 'cpu',
    by: 'power meters of Grace',
    ...settingsOf(host, 'grace'),
  }
  const meters: Meter[] = []
  for (const name of ((await host.list(HWMON)) ?? []).toSorted()) {
    const meter = await meterAt(host, name)
    if (meter !== null) meters.push(meter)
  }
  if (meters.length === 0) return closed(facts, 'absent', 'no NVIDIA Grace processor')
  const hasTotal = meters.some(({ domain }) => domain.startsWith('Grace '))
  const counted = meters.map((meter) => ({ ...meter, counted: isCounted(meter.domain, hasTotal) }))
  const first = await readMeters(host, counted)
  if ('reason' in first) {
    const rights = `sudo chmod a+r ${HWMON}/hwmon*/device/power1_average`
    return closed(facts, first.denied ? 'refused' : 'failed', first.reason, first.denied ? rights : '')
  }
  return {
    ...facts,
    state: 'ok',
    domains: counted.map(({ domain, counted: isIn }) => ({ domain, counted: isIn })),
    statedAveragingMs: Math.max(0, ...counted.flatMap(({ averagingMs }) => averagingMs ?? [])) || null,
    simulated: false,
    read: async () => readMeters(host, counted),
  }
}

const isCounted = (domain: string, hasTotal: boolean): boolean =>
  hasTotal ? domain.startsWith('Grace ') : domain.startsWith('CPU ') || domain.startsWith('SysIO ')

/** Kernels before and after the move of the files: below `device`, and in the folder itself. */
async function meterAt(host: WallHost, name: string): Promise<Meter | null> {
  for (const folder of [`${HWMON}/${name}/device`, `${HWMON}/${name}`]) {
    const domain = (await host.readText(`${folder}/power1_oem_info`))?.trim() ?? ''
    if (!SENSOR.test(domain)) continue
    const averagingMs = Number(await host.readText(`${folder}/power1_average_interval`))
    const isKnown = Number.isFinite(averagingMs) && averagingMs > 0
    return { domain, counted: false, path: `${folder}/power1_average`, averagingMs: isKnown ? averagingMs : null }
  }
  return null
}

async function readMeters(
  host: WallHost,
  meters: readonly Meter[],
): Promise<{ values: WallValue[] } | { reason: string; denied: boolean }> {
  const values: WallValue[] = []
  for (const { domain, counted, path } of meters) {
    const read = await host.readFile(path)
    const microwatts = 'text' in read && /^\d+\s*$/.test(read.text) ? Number(read.text) : null
    if (microwatts !== null) values.push(power(domain, microwatts / 1e6))
    else if (counted) {
      const denied = 'code' in read && (read.code === 'EACCES' || read.code === 'EPERM')
      const why = denied ? 'may be read by root only' : `cannot be read (${'code' in read ? read.code : 'no number'})`
      return { reason: `the meter of ${domain} ${why}`, denied }
    }
  }
  return { values }
}
