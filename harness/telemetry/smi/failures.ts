import { plainText } from '../../plain-text.ts'

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
  | 'not-initialised'
  | 'requires-reset'
  | 'no-permission'
  | 'devices-withdrawn'
  | 'blocked'
  | 'inforom-corrupt'
  | 'unavailable'
  | 'other'

interface KnownFailure {
  readonly fault: SmiFault
  readonly text: RegExp
  /** What helps on any machine; `fixFor` knows more where the machine is known. */
  readonly fix: string
  /** Further lines of the same message. */
  readonly more?: RegExp
}

/** What helps a card that left the bus. */
const LOST =
  'a card fell off the bus: check dmesg for its Xid; power the server off fully and on again, then reseat the card and its power cable'
const RESET =
  'run sudo nvidia-smi -r -i GPU; where it answers "Not Supported", or the state comes back, power the server off fully: a reboot does not reset the card'

/**
 * Failure texts of drivers 470 to 610. Most are printed to stdout, some with return code 0, so the text is matched. The
 * first match counts: a sentence about one card comes before the words that it ends with.
 */
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
    text: /couldn't find libnvidia-ml\.so|Failed to initialize NVML: (?:NVML )?Shared Library Not Found/i,
    fix: 'install the libnvidia-ml1 package of the driver that is loaded; in a container, start it with --gpus all',
  },
  {
    fault: 'version-mismatch',
    text: /Driver\/library version mismatch|Mismatch in versions between nvidia-smi and NVML|NVML: Function Not Found/i,
    fix: 'compare the library with the module in /proc/driver/nvidia/version: install the packages of the version of the module, or reboot if the module is the older one',
    more: /NVML library version:/i,
  },
  {
    fault: 'no-devices',
    text: /No devices (?:were )?found/i,
    fix: 'check lspci and dmesg for the card; Blackwell requires the open kernel module (nvidia-driver-NNN-open); set Above 4G Decoding and Resizable BAR in the BIOS',
  },
  {
    fault: 'no-permission',
    text: /Unable to determine the device handle.*Insufficient permissions/i,
    fix: 'this user or container has no access to this card: run as a user who may open /dev/nvidia*, or start the container with --gpus all',
  },
  {
    fault: 'not-initialised',
    text: /Unable to determine the device handle.*Not Found/i,
    fix: 'the driver could not start this card: check dmesg for NVRM lines; Blackwell requires the open kernel module, cards before Turing the closed one',
  },
  { fault: 'requires-reset', text: /GPU requires reset/i, fix: RESET },
  {
    fault: 'gpu-lost',
    text: /GPU is lost|Unable to determine the device handle/i,
    fix: LOST,
  },
  {
    fault: 'blocked',
    text: /GPU access blocked by the operating system/i,
    fix: 'in WSL: install the current NVIDIA driver in Windows and none in Linux, then run wsl --update and wsl --shutdown in Windows',
  },
  {
    fault: 'no-permission',
    text: /Insufficient permissions|Failed to initialize NVML: .*permission/i,
    fix: 'run as a user with access to /dev/nvidia* (group video or render); in a container, start it with --gpus all',
  },
  {
    fault: 'devices-withdrawn',
    text: /Failed to initialize NVML: Unknown Error/i,
    fix: 'in a container: it lost its devices when systemd reloaded, so start it anew; on the host: check dmesg for NVRM lines and the rights of /dev/nvidia*',
  },
  {
    fault: 'other',
    text: /Failed to initialize NVML/i,
    fix: 'check dmesg for NVRM lines; reboot, and reinstall the driver if that does not help',
  },
]

/** Return codes of the man page, for failures without a known text. */
const byReturnCode: Readonly<Record<number, { fault: SmiFault; says: string; fix?: string }>> = {
  2: { fault: 'other', says: 'an argument that this driver does not know' },
  3: { fault: 'unavailable', says: 'not available on this device' },
  4: { fault: 'no-permission', says: 'no permission', fix: 'run as a user with access to /dev/nvidia*' },
  6: { fault: 'no-devices', says: 'no such device' },
  8: {
    fault: 'other',
    says: "a card's external power cable is not attached",
    fix: 'power the server off and attach the power cable of the card',
  },
  9: { fault: 'driver-not-loaded', says: 'the NVIDIA driver is not loaded' },
  10: {
    fault: 'other',
    says: 'the kernel found an interrupt problem with a GPU',
    fix: 'check dmesg for NVRM lines; update the BIOS of the server',
  },
  12: { fault: 'library-missing', says: 'the NVML library is missing' },
  13: { fault: 'version-mismatch', says: 'a function is missing in the NVML library' },
  14: { fault: 'inforom-corrupt', says: 'the infoROM of a card is corrupt', fix: 'have the card replaced' },
  15: { fault: 'gpu-lost', says: 'GPU is lost', fix: LOST },
}

export interface SmiFailure {
  readonly fault: SmiFault
  /** What nvidia-smi printed, in one line. */
  readonly said: string
  /** How to fix it; empty where nothing is known to help. */
  readonly fix: string
  /** Both in one line, for a reader of one line. */
  readonly reason: string
}

/** A failure from its parts. */
export const smiFailure = (fault: SmiFault, said: string, fix = ''): SmiFailure => ({
  fault,
  said,
  fix,
  reason: fix === '' ? said : `${said} (${fix})`,
})

/** The known failure in a text, or null when there is none. */
export function failureInText(text: string): SmiFailure | null {
  const known = knownFailures.find((failure) => failure.text.test(text))
  if (!known) return null
  const lines = text.split(/\r?\n/)
  const line = lines.find((candidate) => known.text.test(candidate)) ?? text
  const rest = known.more === undefined ? [] : lines.filter((each) => known.more?.test(each) && each !== line)
  return smiFailure(known.fault, [line, ...rest].map(oneLine).join('; '), known.fix)
}

/** The failure of a call with a return code other than 0, from its output first and its code second. */
export function failureOf(returnCode: number | null, stdout: string, stderr: string): SmiFailure {
  const output = `${stdout}\n${stderr}`
  const named = failureInText(output)
  if (named) return named
  const code = returnCode === null ? undefined : byReturnCode[returnCode]
  // a whole table may stand before the one line that matters
  const line = output.split(/\r?\n/).find(reportsCorruptInforom)
  const said = oneLine(line ?? stdout) || oneLine(stderr) || code?.says || 'no output'
  const fix = code?.fix ?? 'run it by hand to see more'
  return smiFailure(code?.fault ?? 'other', `${said} (return code ${returnCode ?? 'none'})`, fix)
}

/** Whether a message is about a corrupt infoROM: the card works, and its rows are valid. */
export const reportsCorruptInforom = (text: string): boolean => /infoROM (?:of a card )?is corrupt/i.test(text)

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
  const line = plainText(text.replace(/\s*[\r\n]+\s*/g, ' ')).trim()
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}
