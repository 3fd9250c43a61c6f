import { limitText, type Threshold } from '../../harness/gates/threshold.ts'

const consequences: Readonly<Record<Threshold['beyond'], string>> = {
  fail: 'fails',
  warn: 'warns',
  ignored: 'does not count',
}

/** Such as "event-loop delay of the client, p99: fails above 5 ms"; "requests dropped: any fails". */
export function thresholdText(threshold: Threshold): string {
  const { what, value, side, beyond, setBy, looseness } = threshold
  if (value === 0 && side === 'above') return `${what}: any ${consequences[beyond]}`
  const quoted =
    looseness === undefined
      ? ''
      : ` (${side === 'above' ? 'at most' : 'at least'} ${limitText({ ...looseness, value: looseness.loosest })} for a quote)`
  const setting = setBy === undefined ? '' : `, unless the scenario sets \`${setBy}\`${quoted}`
  return `${what}: ${consequences[beyond]} ${side} ${limitText(threshold)}${setting}`
}
