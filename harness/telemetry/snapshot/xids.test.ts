import { expect, it } from 'vitest'
import type { SmiExec } from '../smi/exec.ts'
import { smiFailure } from '../smi/failures.ts'
import { readBusIds, readXidLines, xidsSince } from './xids.ts'

const old = '[  100.1] NVRM: Xid (PCI:0000:01:00): 31, pid=4021, name=python3, Ch 00000008'
const lost = '[  900.2] NVRM: Xid (PCI:0000:41:00): 79, GPU has fallen off the bus.'

it('reads the lines about Xid errors, and none where the log may not be read', async () => {
  expect(await readXidLines(async () => `[ 1.0] usb 1-1\n${old}\n[ 2.0] NVRM: loading\n${lost}\n`)).toEqual([old, lost])
  expect(await readXidLines(async () => null)).toBeNull()
})

const busIds = new Map([['0000:41:00', 'GPU-b']])

it('keeps card and number of those that came meanwhile, and no process name', () => {
  expect(xidsSince([old], [old, lost], busIds)).toEqual([{ uuid: 'GPU-b', code: 79 }])
  // the same error again is another line: it has another time
  expect(xidsSince([old], [old, old.replace('100.1', '950.7')], busIds)).toEqual([{ uuid: null, code: 31 }])
  expect(xidsSince([old], [old], busIds)).toEqual([])
  expect(xidsSince([], ['NVRM: Xid of a new form'], busIds)).toEqual([])
})

it('does not know without both readings', () => {
  expect([xidsSince(null, [lost], busIds), xidsSince([old], null, busIds)]).toEqual([null, null])
})

it('reads the addresses of the cards in the form of the log', async () => {
  const exec: SmiExec = async () => ({
    kind: 'ok',
    stdout: '00000000:41:00.0, GPU-b\n0000000A:0F:00.0, GPU-c\n[GPU is lost], GPU-d\n',
    stderr: '',
  })
  expect(await readBusIds(exec)).toEqual(
    new Map([
      ['0000:41:00', 'GPU-b'],
      ['000a:0f:00', 'GPU-c'],
    ]),
  )
  const dead: SmiExec = async () => ({ kind: 'failed', absent: false, ...smiFailure('other', 'dead') })
  expect(await readBusIds(dead)).toEqual(new Map())
})
