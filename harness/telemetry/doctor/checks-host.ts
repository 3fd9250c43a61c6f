import { type Check, notMeasured, pass, type Rule, warn } from './check.ts'
import type { Facts } from './facts.ts'

const rules = {
  clock: {
    id: 'clock',
    why: 'if the clock of the machine is set during a run, power is assigned to the wrong moment',
    fix: 'sudo timedatectl set-ntp true',
  },
  xid: {
    id: 'xid',
    why: 'an Xid is a fault of the card, its power or its slot, as reported by the driver',
    fix: "look up the number in NVIDIA's Xid list; 79 and 119 require a power cycle",
  },
} as const satisfies Record<string, Rule>

/** Checks of the host: clock synchronisation and Xid errors in the kernel log. */
export function hostChecks({ clockSync, xids, failure }: Facts): Check[] {
  return [clockCheck(clockSync), xidCheck(xids, failure !== null)]
}

function clockCheck(sync: Facts['clockSync']): Check {
  if (sync === null) return notMeasured(rules.clock, 'clock synchronisation not reported on this host (a container?)')
  const read = `${sync.synchronized ? 'synchronised' : 'not synchronised'}, as reported by ${sync.by}`
  return (sync.synchronized ? pass : warn)(rules.clock, read)
}

function xidCheck(xids: Facts['xids'], isDriverSilent: boolean): Check {
  if (xids === null) return notMeasured(rules.xid, 'the kernel log is not readable', 'sudo dmesg | grep -i xid')
  if (xids.length === 0 && isDriverSilent)
    return notMeasured(rules.xid, 'none in the kernel log, which says nothing of a card that the driver does not list')
  if (xids.length === 0) return pass(rules.xid, 'none in the kernel log')
  const last = (xids.at(-1) ?? '').trim().slice(0, 160)
  return warn(rules.xid, `${xids.length} in the kernel log; the last: ${last}`)
}
