import { settingsOf, type WallHost } from './host.ts'
import { ipmiReading } from './ipmi-text.ts'
import { closed, type OpenedSource, power, type SourceFacts } from './source.ts'

/** A controller answers in milliseconds at best and in seconds over a busy network. */
const TIMEOUT_MS = 10_000

/**
 * The power of the server by its management controller, through `ipmitool dcmi power reading`: of this machine, or over the network
 * with host and user of joulemark.yaml and the password of JOULEMARK_IPMI_PASSWORD, which ipmitool reads from its environment (-E).
 */
export async function openIpmi(host: WallHost, opening: AbortSignal): Promise<OpenedSource> {
  const { config, env } = host
  const remote = config.ipmi?.host
  const by = remote === undefined ? 'ipmitool dcmi power reading' : 'ipmitool dcmi power reading, over the network'
  const facts: SourceFacts = { source: 'ipmi', covers: 'server', by, ...settingsOf(host, 'ipmi') }
  const password = env['JOULEMARK_IPMI_PASSWORD']
  if (remote !== undefined && !password) {
    return closed(facts, 'refused', 'JOULEMARK_IPMI_PASSWORD is not set', 'export JOULEMARK_IPMI_PASSWORD=…')
  }
  const access = remote === undefined ? [] : ['-I', 'lanplus', '-H', remote, '-U', config.ipmi?.user ?? '', '-E']
  const program = env['JOULEMARK_IPMITOOL'] || 'ipmitool'
  const ask = async (signal: AbortSignal) => {
    const variables = password && remote !== undefined ? { IPMI_PASSWORD: password } : {}
    const ran = await host.run(program, [...access, 'dcmi', 'power', 'reading'], {
      timeoutMs: TIMEOUT_MS,
      signal,
      env: variables,
    })
    return ipmiReading(ran, { isRemote: remote !== undefined })
  }
  const first = await ask(opening)
  if ('state' in first) return closed(facts, first.state, first.reason, first.fix)
  return {
    ...facts,
    state: 'ok',
    domains: [{ domain: 'server', counted: true }],
    statedAveragingMs: null,
    simulated: first.simulated,
    read: async (signal) => {
      const reading = await ask(signal)
      return 'state' in reading ? { reason: reading.reason } : { values: [power('server', reading.powerW)] }
    },
  }
}
