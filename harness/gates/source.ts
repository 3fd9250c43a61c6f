import { defineGate, everyKind, gateResult } from './gate.ts'

/** Nothing simulated or replayed is ever quotable, whatever its numbers are. */
export const liveSource = defineGate({
  question: 'Did a real server on a real GPU do all of the work?',
  kinds: everyKind,
  required: true,
  beforeTrials: true,
  thresholds: {},
  statuses: ['pass', 'fail'],
  formula:
    'Fails when any part of the run carries the stamp of the simulator: the fingerprint of its answers, a GPU name that ends in "(SIMULATED)", or its driver version.',
  evidence: 'Each part that was simulated.',
  usualCauses:
    'The endpoint is the simulator of joulemark, or `JOULEMARK_NVIDIA_SMI` still names the simulated nvidia-smi of an earlier test.',
  whatToDo:
    'Nothing can make a simulated run quotable. Measure against a real server, with the nvidia-smi of the machine that serves.',
  evaluate(record) {
    if (record.source === 'live') return gateResult('pass', 'no part carries the stamp of the simulator')
    return gateResult('fail', `SIMULATED: ${record.sourceEvidence.join('; ')}`)
  },
})
