/**
 * The simulated ipmitool: a separate program that prints the DCMI power reading of a server with the cards of a simulator. The server
 * draws a constant and a share more than its cards, and its controller averages a second, updates once a second, answers late and reads
 * whole watts, as real ones do. Its output is stamped.
 */
import { askSimulator } from './ask-simulator.ts'
import { CONTROLLER, serverW } from './bmc.ts'

const DEVICE_GONE = 'Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: No such file or directory\n'

/** The true energy of the cards over a span of epoch times, in J. Rejects without an answer. */
async function cardEnergyJ(simulatorUrl: string, fromMs: number, toMs: number): Promise<number> {
  const url = `${simulatorUrl}/simulator/true-energy?fromMs=${fromMs}&toMs=${toMs}`
  return (await askSimulator<{ readonly energyJ: number }>(url)).energyJ
}

async function main(): Promise<number> {
  if (process.argv.slice(-3).join(' ') !== 'dcmi power reading') {
    process.stderr.write('This simulator supports dcmi power reading.\n')
    return 1
  }
  const { updateMs, latencyMs, averagingMs } = CONTROLLER
  const nowMs = performance.timeOrigin + performance.now()
  const toMs = Math.floor((nowMs - latencyMs) / updateMs) * updateMs
  try {
    const cardsW =
      (await cardEnergyJ(process.env['JOULEMARK_SIMULATOR_URL'] ?? '', toMs - averagingMs, toMs)) / (averagingMs / 1000)
    process.stdout.write(readingText(Math.round(serverW(cardsW))))
    return 0
  } catch {
    process.stderr.write(DEVICE_GONE)
    return 1
  }
}

const readingText = (powerW: number): string =>
  [
    '',
    `    Instantaneous power reading:              ${String(powerW).padStart(8)} Watts`,
    `    Minimum during sampling period:           ${String(powerW).padStart(8)} Watts`,
    `    Maximum during sampling period:           ${String(powerW).padStart(8)} Watts`,
    `    Average power reading over sample period: ${String(powerW).padStart(8)} Watts`,
    `    IPMI timestamp:                           ${new Date().toUTCString()}`,
    '    Sampling period:                          00000001 Seconds.',
    '    Power reading state is:                   activated',
    '    Controller:                               BMC (SIMULATED)',
    '',
    '',
  ].join('\n')

process.exitCode = await main()
