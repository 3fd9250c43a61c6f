import { expect, test } from 'vitest'
import { nodesOf } from './nodes.ts'

const text = `gpu1|idle|gpu:h100:8(S:0-1),nvme:2|none
gpu2|mixed|gpu:4|none
gpu3|drained|(null)|fan 3 | see ticket #12
gpu4|down*|gpu:2,gpu:l40s:1|Not responding
gpu5|idle*|(null)|none
gpu6|idle~|(null)|none
gpu7|draining|(null)|\u001b[31mRMA
gpu1|idle|gpu:h100:8(S:0-1),nvme:2|none
`

test('a node that is drained or down takes no job, with the reason of Slurm; one that is busy or asleep does', () => {
  const names = ['gpu1', 'gpu2', 'gpu3', 'gpu4', 'gpu5', 'gpu6', 'gpu7', 'nope', 'gpu1']
  expect(nodesOf(text, names)).toEqual([
    { name: 'gpu1', usable: true, reason: null, gpus: 8 },
    { name: 'gpu2', usable: true, reason: null, gpus: 4 },
    { name: 'gpu3', usable: false, reason: 'drained: fan 3 | see ticket #12', gpus: null },
    { name: 'gpu4', usable: false, reason: 'down: Not responding', gpus: 3 },
    { name: 'gpu5', usable: true, reason: null, gpus: null },
    { name: 'gpu6', usable: true, reason: null, gpus: null },
    { name: 'gpu7', usable: false, reason: 'draining: [31mRMA', gpus: null },
    { name: 'nope', usable: false, reason: 'not a node of this Slurm, or not in the partition', gpus: null },
  ])
})
