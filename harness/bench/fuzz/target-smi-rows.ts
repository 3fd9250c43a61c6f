import assert from 'node:assert/strict'
import { parseSmiLine } from '../../telemetry/sampler/smi-line.ts'
import { coreFields } from '../../telemetry/smi/fields.ts'
import { isCardUuid } from '../../telemetry/smi/values.ts'
import type { FuzzTarget } from './fuzz-target.ts'

const UUID = 'GPU-3f2a9c1e-77aa-4b21-9d00-5c0ffee01234'
const row = `2026/11/26 12:00:00.123, ${UUID}, 299.35, 301.02, 21000, 98, 71, 2520, 10501, 64, P2, 0x0000000000000004`

/** The rows of the sampling loop: no text becomes a wrong number, and a stamp is the time that it says. */
export const smiRowsTarget: FuzzTarget = {
  name: 'smi-rows',
  holds: 'each line is a row of finite numbers whose stamp is the printed time, or no row; never an error',
  covers: ['sampler/smi-line.ts', 'smi/values.ts', 'smi/failures.ts'],
  seeds: [
    `${row}\n${row.replace('299.35', '[N/A]')}\n`,
    `${row.replace('2520', '[Unknown Error]')}\nGPU at PCI:0000:01:00: Xid 79\nUnable to determine the device handle for GPU0000:CB:00.0: GPU is lost.\n`,
    `2026/11/26 12:00:00.123, [GPU is lost], ${Array(10).fill('[GPU is lost]').join(', ')}\r\n`,
  ].map((text) => Buffer.from(text)),
  dictionary: [
    UUID,
    '[N/A]',
    '[Not Supported]',
    '[Insufficient Permissions]',
    '2026/02/29 ',
    '0000/01/01 ',
    '24:00:00',
    ', ',
    '0x',
    '99999',
    'MIG-',
    ' W',
    '%',
  ],
  check(input) {
    for (const text of input.toString('utf8').split('\n')) {
      const line = parseSmiLine(text, coreFields)
      if (line.kind !== 'row') continue
      const { stampMs, uuid, ...values } = line.sample
      assert.ok(isCardUuid(uuid), `uuid: ${uuid}`)
      for (const [name, value] of Object.entries(values)) {
        assert.ok(typeof value !== 'number' || Number.isFinite(value), `number: ${name} is ${value}`)
      }
      if (stampMs === null) continue
      const stamp = (text.replace(/\r/g, '').split(',')[0] as string).trim()
      // a leap second is the first of the next minute
      if (/:60(?:\.|$)/.test(stamp)) continue
      const printed = new Date(stampMs).toISOString().replaceAll('-', '/').replace('T', ' ').slice(0, -1)
      assert.ok(
        `${stamp}${stamp.includes('.') ? '000' : '.000'}`.startsWith(printed),
        `stamp: ${stamp} read as ${printed}`,
      )
    }
  },
}
