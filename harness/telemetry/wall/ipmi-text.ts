import { plainText } from '../../plain-text.ts'
import { simulationStamps } from '../../record/simulation-stamps.ts'
import type { ProgramRun } from './host.ts'
import type { ClosedSource } from './source.ts'

/** One answer of ipmitool: the power, or why there is none and what to do. */
export type IpmiReading =
  | { readonly powerW: number; readonly simulated: boolean }
  | Pick<ClosedSource, 'state' | 'reason' | 'fix'>

/** Above what one server draws. DCMI has 16 bits, and some controllers fill them with ones. */
const MOST_W = 65_000
const INSTALL = 'sudo apt-get install ipmitool, or the package of that name'
const DRIVER = 'sudo modprobe ipmi_devintf ipmi_si'
const RIGHTS = 'sudo chmod a+rw /dev/ipmi0   # until the next boot; or run as a user who may open it'

/**
 * Reads the answer of `ipmitool dcmi power reading`. Its exit code says little: a controller without a power meter prints a failure and
 * ipmitool of some versions ends with 0. Controllers of OpenBMC say "deactivated" beside a true power, so that the state counts only
 * where the power is 0.
 */
export function ipmiReading(
  { stdout, stderr, code }: ProgramRun,
  { isRemote }: { readonly isRemote: boolean },
): IpmiReading {
  if (code === 'ENOENT') return { state: 'absent', reason: 'ipmitool is not installed', fix: INSTALL }
  if (code === 'EACCES')
    return { state: 'refused', reason: 'ipmitool may not be run by this user', fix: 'run as a user who may' }
  const said = `${stdout}\n${stderr}`
  const watts = /^\s*Instantaneous power reading\s*:\s*(\d+(?:\.\d+)?)\s*Watts\s*$/im.exec(stdout)?.[1]
  if (watts !== undefined) return powerOf(Number(watts), said)
  const known = failures.find(({ text, remote = isRemote }) => remote === isRemote && text.test(said))
  if (known !== undefined) return { state: known.state, reason: known.reason, fix: known.fix }
  if (code === 'ETIMEDOUT')
    return { state: 'failed', reason: 'the management controller did not answer in 10 s', fix: '' }
  const ccode = /DCMI request failed because: ([\w /-]{1,60}\([0-9a-f]{1,2}\))/i.exec(said)?.[1]
  const reason =
    ccode === undefined
      ? `ipmitool gave no power (exit code ${code})`
      : `the management controller: ${plainText(ccode)}`
  return { state: 'failed', reason, fix: 'ipmitool dcmi power reading' }
}

function powerOf(powerW: number, said: string): IpmiReading {
  if (powerW <= 0) {
    const state = /Power reading state is:\s*deactivated/i.test(said) ? ' (deactivated)' : ''
    return { state: 'failed', reason: `the management controller reports 0 W: it has no power meter${state}`, fix: '' }
  }
  if (powerW > MOST_W) return { state: 'failed', reason: `the management controller reports ${powerW} W`, fix: '' }
  return { powerW, simulated: simulationStamps([said]).length > 0 }
}

interface KnownFailure {
  readonly text: RegExp
  readonly state: ClosedSource['state']
  readonly reason: string
  readonly fix: string
  /** Whether it is one of a controller over the network only, or of the own one only; both unless given. */
  readonly remote?: boolean
}

/** What ipmitool says, by its sources (lib/ipmi_dcmi.c, src/plugins/open, src/plugins/lanplus) and reports of its users. */
const failures: readonly KnownFailure[] = [
  {
    text: /Could not open device at .*: Permission denied/i,
    state: 'refused',
    reason: 'the management controller (/dev/ipmi0) may be asked by root only',
    fix: RIGHTS,
    remote: false,
  },
  {
    text: /Could not open device at/i,
    state: 'absent',
    reason: 'no management controller (/dev/ipmi0) on this machine, or its driver is not loaded',
    fix: DRIVER,
    remote: false,
  },
  {
    text: /Unable to establish (?:LAN|IPMI v\d)|Authentication type .* not supported|RAKP|Invalid user name/i,
    state: 'refused',
    reason: 'the management controller refused the session: address, user or password',
    fix: 'check wall.ipmi in joulemark.yaml and JOULEMARK_IPMI_PASSWORD; the user needs the privilege to read',
    remote: true,
  },
  {
    text: /Address lookup for|could not resolve|Could not open socket/i,
    state: 'failed',
    reason: 'the management controller was not found by its name',
    fix: 'check wall.ipmi.host in joulemark.yaml',
    remote: true,
  },
  {
    text: /DCMI request failed because: Invalid command|command invalid or unsupported/i,
    state: 'failed',
    reason: 'the management controller does not know DCMI power readings',
    fix: 'try its Redfish: wall.redfish in joulemark.yaml',
  },
  {
    text: /DCMI request failed because: Command not supported in present state/i,
    state: 'failed',
    reason: 'the management controller has no power meter, or its power supplies report none',
    fix: '',
  },
  {
    text: /DCMI request failed because: Insufficient privilege level/i,
    state: 'refused',
    reason: 'the user of the management controller may not read power',
    fix: 'give it the privilege level operator',
  },
  {
    text: /A valid DCMI command was not returned|Unable to get DCMI information|Error sending DCMI/i,
    state: 'failed',
    reason: 'the management controller gives no DCMI answer',
    fix: 'try its Redfish: wall.redfish in joulemark.yaml',
  },
]
