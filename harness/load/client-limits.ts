import { readdirSync, readFileSync } from 'node:fs'
import { JoulemarkError } from '../errors.ts'

/** Limits of this process and machine on connections; a value that cannot be read, as on other systems than Linux, is null. */
export interface ClientLimits {
  /** File handles that this process may have open. Node raises the soft limit to the hard one when it starts. */
  readonly openFiles: number | null
  /** File handles that are open now. */
  readonly openNow: number | null
  /** Local ports for connections to one address. */
  readonly ports: number | null
}

/** Connections of a load, and the threads that open them. */
export interface ConnectionNeeds {
  readonly connections: number
  readonly workers: number
}

/** Event loop, channels and modules of a worker thread: 7 were counted. */
const FILES_PER_WORKER = 12
/** Files of the record, pipes of nvidia-smi and of the calibration's server, scrapes. */
const OTHER_FILES = 60
/** The next power of two is a limit that people recognise. */
const roundUp = (files: number): number => 2 ** Math.ceil(Math.log2(files))

/**
 * Refuses a load for which this machine has too few file handles or ports: requests would fail in the middle of a trial,
 * and the server would be blamed. Throws `environment` with what to type; where a limit is not known, nothing is refused.
 */
export function requireConnections(needs: ConnectionNeeds, limits: ClientLimits = readClientLimits()): void {
  const { connections } = needs
  const workers = Math.min(needs.workers, connections)
  const { openFiles, openNow, ports } = limits
  const files = (openNow ?? 0) + connections + workers * FILES_PER_WORKER + OTHER_FILES
  if (openFiles !== null && files > openFiles) {
    const limit = roundUp(files)
    throw new JoulemarkError(
      'environment',
      `${connections} connections require about ${files} open files, and this shell allows ${openFiles}: type ulimit -n ${limit} (without root: sudo prlimit --pid $$ --nofile=${limit}:${limit}; in a container: docker run --ulimit nofile=${limit}) and run again`,
    )
  }
  if (ports !== null && connections > ports) {
    throw new JoulemarkError(
      'environment',
      `${connections} connections to one server require as many local ports, and this machine has ${ports}: type sudo sysctl -w net.ipv4.ip_local_port_range="1024 65535" and run again`,
    )
  }
}

/** The limits as Linux reports them under /proc. Never throws. */
export function readClientLimits(): ClientLimits {
  return {
    openFiles: read(() => openFilesIn(readFileSync('/proc/self/limits', 'utf8'))),
    openNow: read(() => readdirSync('/proc/self/fd').length),
    ports: read(() => portsIn(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'))),
  }
}

/** The soft limit of open files in the text of /proc/PID/limits; null where there is none. */
export function openFilesIn(text: string): number | null {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1]
  return soft === undefined || soft === 'unlimited' ? null : Number(soft)
}

/** The number of ports in the text of ip_local_port_range; null where it is not two numbers. */
export function portsIn(text: string): number | null {
  const [, low, high] = /^\s*(\d+)\s+(\d+)\s*$/.exec(text) ?? []
  return low === undefined || high === undefined ? null : Number(high) - Number(low) + 1
}

function read(value: () => number | null): number | null {
  try {
    return value()
  } catch {
    return null
  }
}
