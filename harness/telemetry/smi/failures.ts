/** Ways in which a call of nvidia-smi fails as a whole. */
export type SmiFault =
  | 'absent'
  | 'not-executable'
  | 'timeout'
  | 'invalid-field'
  | 'driver-not-loaded'
  | 'library-missing'
  | 'version-mismatch'
  | 'no-devices'
  | 'gpu-lost'
  | 'requires-reset'
  | 'no-permission'
  | 'unavailable'
  | 'other'

interface KnownFailure {
  readonly fault: SmiFault
  readonly text: RegExp
  readonly fix: string
}

/** Failure texts of drivers 535 to 610. Most are printed to stdout, some with return code 0, so the text is matched. */
const knownFailures: readonly KnownFailure[] = [
  {
    fault: 'invalid-field',
    text: /Field "[^"]+" is not a valid field to query/,
    fix: 'query only fields that nvidia-smi --help-query-gpu lists',
  },
  {
    fault: 'driver-not-loaded',
    text: /NVIDIA-SMI has failed because (?:it|you)|couldn't communicate with the NVIDIA driver|Driver Not Loaded/i,
    fix: 'load the NVIDIA driver (sudo modprobe nvidia) or install it; in a container, start it with --gpus all',
  },
  {
    fault: 'library-missing',
    text: /couldn't find libnvidia-ml\.so/i,
    fix: 'install the libnvidia-ml1 package of the driver that is loaded; in a container, start it with --gpus all',
  },
  {
    fault: 'version-mismatch',
    text: /Driver\/library version mismatch|Mismatch in versions between nvidia-smi and NVML/i,
    fix: 'reboot: the driver was upgraded while the old kernel module is loaded (see /proc/driver/nvidia/version)',
  },
  {
    fault: 'no-devices',
    text: /No devices were found/i,
    fix: 'check lspci and dmesg for the card; reseat or power-cycle it',
  },
  {
    fault: 'no-permission',
    text: /Unable to determine the device handle.*Insufficient permissions/i,
    fix: 'this user or container has no access to this card: run as a user who may open /dev/nvidia*, or start it with --gpus',
  },
  {
    fault: 'gpu-lost',
    text: /GPU is lost|Unable to determine the device handle/i,
    fix: 'a card fell off the bus: check dmesg for its Xid, then reboot',
  },
  { fault: 'requires-reset', text: /GPU requires reset/i, fix: 'run sudo nvidia-smi -r, or reboot' },
  {
    fault: 'no-permission',
    text: /Insufficient permissions|Failed to initialize NVML: .*permission/i,
    fix: 'run as a user with access to /dev/nvidia*',
  },
  { fault: 'other', text: /Failed to initialize NVML/i, fix: 'run nvidia-smi by hand and fix what it reports' },
]

/** Return codes of the man page, for failures without a known text. */
const byReturnCode: Readonly<Record<number, { fault: SmiFault; says: string }>> = {
  2: { fault: 'other', says: 'an argument that this driver does not know' },
  3: { fault: 'unavailable', says: 'not available on this device' },
  4: { fault: 'no-permission', says: 'no permission' },
  6: { fault: 'no-devices', says: 'no such device' },
  8: { fault: 'other', says: "a card's external power cable is not attached" },
  9: { fault: 'driver-not-loaded', says: 'the NVIDIA driver is not loaded' },
  10: { fault: 'other', says: 'the kernel found an interrupt problem with a GPU' },
  12: { fault: 'library-missing', says: 'the NVML library is missing' },
  13: { fault: 'version-mismatch', says: 'a function is missing in the NVML library' },
  14: { fault: 'other', says: 'the infoROM of a card is corrupt' },
  15: { fault: 'gpu-lost', says: 'a card fell off the bus' },
}

export interface SmiFailure {
  readonly fault: SmiFault
  /** What nvidia-smi printed, in one line, then how to fix it. */
  readonly reason: string
}

/** The known failure in a text, or null when there is none. */
export function failureInText(text: string): SmiFailure | null {
  const known = knownFailures.find((failure) => failure.text.test(text))
  if (!known) return null
  const line = text.split(/\r?\n/).find((candidate) => known.text.test(candidate)) ?? text
  return { fault: known.fault, reason: `${oneLine(line)} (${known.fix})` }
}

/** The failure of a call with a return code other than 0, from its output first and its code second. */
export function failureOf(returnCode: number | null, stdout: string, stderr: string): SmiFailure {
  const named = failureInText(`${stdout}\n${stderr}`)
  if (named) return named
  const code = returnCode === null ? undefined : byReturnCode[returnCode]
  const said = oneLine(stdout) || oneLine(stderr) || code?.says || 'no output'
  return {
    fault: code?.fault ?? 'other',
    reason: `${said} (return code ${returnCode ?? 'none'}; run it by hand to see more)`,
  }
}

/** Messages of a call besides its rows, in one line with how to fix it; null without any. */
export function warningOf(returnCode: number | null, text: string): string | null {
  const named = failureInText(text)
  if (named) return named.reason
  const code = returnCode === 0 ? '' : `return code ${returnCode ?? 'none'}`
  const said = oneLine(text) || (returnCode === null ? '' : (byReturnCode[returnCode]?.says ?? ''))
  if (said === '') return code === '' ? null : code
  return code === '' ? said : `${said} (${code})`
}

/** A text as one short line. */
function oneLine(text: string): string {
  const line = text.replace(/\s*[\r\n]+\s*/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}
