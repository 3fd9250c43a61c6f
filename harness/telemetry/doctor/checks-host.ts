import { type Check, notMeasured, pass, type Rule, warn } from './check.ts'
import type { Facts } from './facts.ts'

const rules = {
  clock: {
    id: 'clock',
    why: 'a step of the wall clock in a window moves power samples against requests',
    mend: 'sudo timedatectl set-ntp true',
  },
  xid: {
    id: 'xid',
    why: 'an Xid is the driver telling of a fault of the card, its power or its slot',
    mend: "look the number up in NVIDIA's Xid list; 79 and 119 want a power cycle",
  },
} as const satisfies Record<string, Rule>

/** The machine around the card. */
export function hostChecks({ clockSync, xids }: Facts): Check[] {
  return [clockCheck(clockSync), xidCheck(xids)]
}

function clockCheck(sync: Facts['clockSync']): Check {
  if (sync === null)
    return notMeasured(rules.clock, 'nobody here tells whether the clock is kept in step (a container?)')
  const read = `${sync.synchronized ? 'in step' : 'not in step'}, says ${sync.by}`
  return (sync.synchronized ? pass : warn)(rules.clock, read)
}

function xidCheck(xids: Facts['xids']): Check {
  if (xids === null) return notMeasured(rules.xid, 'the kernel log may not be read', 'sudo dmesg | grep -i xid')
  if (xids.length === 0) return pass(rules.xid, 'none in the kernel log')
  const last = (xids.at(-1) ?? '').trim().slice(0, 160)
  return warn(rules.xid, `${xids.length} in the kernel log; the last: ${last}`)
}
