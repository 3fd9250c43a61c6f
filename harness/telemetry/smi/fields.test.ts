import { describe, expect, it } from 'vitest'
import { fakeFields550 } from '../../testing/fake-nvidia-smi.ts'
import { coreFields, intersectFields, parseHelpFields, rejectedField, withoutField } from './fields.ts'

const help = `List of valid properties to query for the switch "--query-gpu":

"timestamp"
The timestamp of when the query was made in format "YYYY/MM/DD HH:MM:SS.msec".

"uuid" or "gpu_uuid"
This value is the globally unique immutable alphanumeric identifier.

"power.draw"
The last measured power draw for the entire board, in watts. See "power.draw.instant" for the other one.

"clocks.current.sm" or "clocks.sm"
Current frequency.

"clocks_event_reasons.active" or "clocks_throttle_reasons.active"
Bitmask of active clock event reasons.
`

describe('parseHelpFields', () => {
  it('takes the names of the quoted lines, aliases too, and no quote of a sentence', () => {
    expect([...parseHelpFields(help)]).toEqual([
      'timestamp',
      'uuid',
      'gpu_uuid',
      'power.draw',
      'clocks.current.sm',
      'clocks.sm',
      'clocks_event_reasons.active',
      'clocks_throttle_reasons.active',
    ])
    expect(parseHelpFields(help.replaceAll('\n', '\r\n')).size).toBe(8)
    expect(parseHelpFields('').size).toBe(0)
  })
})

describe('intersectFields', () => {
  it('keeps the order that was wanted and says what the driver lacks', () => {
    const { selected, missing } = intersectFields(parseHelpFields(help))
    expect(selected.map(({ name }) => name)).toEqual([
      'timestamp',
      'uuid',
      'power.draw',
      'clocks.sm',
      'clocks_event_reasons.active',
    ])
    expect(missing).toContain('powerInstantW')
  })

  it('falls back to the older name of a field', () => {
    const old = new Set(['uuid', 'power.draw', 'clocks_throttle_reasons.active'])
    expect(intersectFields(old).selected.at(-1)).toEqual({
      key: 'eventReasons',
      name: 'clocks_throttle_reasons.active',
    })
  })

  it('finds every core field on driver 550', () => {
    const known = new Set(fakeFields550.flatMap((names) => names.split('|')))
    expect(intersectFields(known)).toEqual({ selected: coreFields, missing: [] })
  })
})

describe('a refused field', () => {
  it('is read from what nvidia-smi says', () => {
    expect(rejectedField('Field "power.draw.instant" is not a valid field to query.\n\n')).toBe('power.draw.instant')
    expect(rejectedField('No devices were found')).toBeNull()
  })

  it('is tried under its next name, then skipped', () => {
    const second = withoutField(coreFields, 'clocks_event_reasons.active')
    expect(second?.at(-1)?.name).toBe('clocks_throttle_reasons.active')
    const third = withoutField(second ?? [], 'clocks_throttle_reasons.active')
    expect(third?.some(({ key }) => key === 'eventReasons')).toBe(false)
    expect(third).toHaveLength(coreFields.length - 1)
  })

  it('leaves nothing to try when it was not asked for or was the last of use', () => {
    expect(withoutField(coreFields, 'fan.speed')).toBeNull()
    expect(
      withoutField(
        [
          { key: 'uuid', name: 'uuid' },
          { key: 'powerW', name: 'gpu.power.draw' },
        ],
        'gpu.power.draw',
      ),
    ).toBeNull()
  })
})
