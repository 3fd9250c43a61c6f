import os from 'node:os'
import { cardBySmiName } from '../../harness/catalogue/cards.ts'
import { modelOf } from '../../harness/catalogue/own-models.ts'
import { redactValue } from '../../harness/evidence/redaction/redact-value.ts'
import { verifyRun } from '../../harness/evidence/verify-run.ts'
import { weightBytes } from '../../harness/physics/model/weights.ts'
import { proofRun } from '../../harness/prove/proof-run.ts'
import { missing } from '../../harness/record/measured.ts'
import { provenanceOf } from '../../harness/record/provenance.ts'
import type { Gpu } from '../../harness/record/schema/gpu.ts'
import { PROOF_VERSION, type ProofFindings, type ProofRun } from '../../harness/record/schema/proof.ts'
import { counted } from '../../harness/units.ts'
import { toolInfo } from '../support/tool-info.ts'
import type { Measured } from './measure.ts'
import type { StepLog } from './step-log.ts'

/** What a proof was asked for, and when. */
export interface ProofFrame {
  readonly startedAt: Date
  readonly endedAt: Date
  readonly minutes: number
  readonly quick: boolean
  readonly interrupted: boolean
  readonly card: Gpu | null
}

/** Verifies the record of every run, as the last step. Verified or not, each is a run of the proof. */
export async function verifyStep(log: StepLog, runs: Measured['runs']): Promise<ProofRun[]> {
  if (runs.length === 0) {
    log.skip('verify', 'there is no record')
    return []
  }
  const verified = await log.step('verify', async (signal) => {
    const found: ProofRun[] = []
    for (const { step, record, directory } of runs) {
      const { problems, fault } = signal.aborted ? { problems: [], fault: 'not begun' } : await verifyRun(directory)
      const what = fault === null ? problems.map(({ file, what: why }) => `${file}: ${why}`) : null
      found.push(proofRun(step, record, what))
    }
    const whole = found.filter(({ problems }) => problems?.length === 0).length
    return { note: `${whole} of ${counted(found.length, 'record')} verified`, found }
  })
  return verified ?? runs.map(({ step, record }) => proofRun(step, record, null))
}

/**
 * What was found, without names of hosts and users, addresses and serial numbers: a proof is made to be sent. The evidence of its
 * claims is made of these texts only.
 */
export function findingsOf(
  measured: Measured,
  runs: readonly ProofRun[],
  frame: ProofFrame & { readonly log: StepLog },
): ProofFindings {
  const { card, startedAt, endedAt, minutes, quick, interrupted, log } = frame
  const { python, sensor } = measured
  const { name, version, commit } = toolInfo()
  const own = provenanceOf({ gpus: card === null ? [] : [card], simulatedBy: null, streamsSimulated: false })
  const evidence = [...own.sourceEvidence, ...measured.runs.flatMap(({ record }) => record.sourceEvidence)]
  const findings: ProofFindings = {
    joulemarkProof: PROOF_VERSION,
    tool: { name, version, commit },
    source: evidence.length > 0 ? 'simulated' : 'live',
    sourceEvidence: [...new Set(evidence)],
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    budgetMinutes: minutes,
    quick,
    interrupted,
    card:
      card === null
        ? null
        : {
            name: card.name,
            key: cardBySmiName(card.name)?.key ?? null,
            driver: card.driver,
            powerLimitW: card.powerLimitW,
            memoryTotalMiB: card.memoryTotalMiB,
          },
    python:
      python === null
        ? null
        : {
            ...{ version: python.version, torch: python.torch, transformers: python.transformers },
            ...{ peft: python.peft, device: python.device },
          },
    weightsMiB: weightsOf(measured),
    steps: [...log.steps],
    sensor,
    runs: [...runs],
  }
  return redactValue(findings, namesHere(card)) as ProofFindings
}

/** The names of this machine, as redaction replaces them. */
export const namesHere = (card: Gpu | null) => ({
  hostnames: [...new Set([os.hostname(), os.hostname().split('.')[0] ?? ''])].filter((each) => each !== ''),
  gpus: new Map(card === null ? [] : [[card.uuid, 'GPU-1']]),
  models: new Map<string, string>(),
  pids: new Map<number, number>(),
})

function weightsOf({ runs, python }: Measured): ProofFindings['weightsMiB'] {
  if (python !== null && python.device === null) return missing('the model ran on the CPU')
  const text = runs.find(({ record }) => record.scenario.kind === 'text')
  if (text === undefined) return missing('no server was measured')
  const model = modelOf(text.record)
  return model === null
    ? missing(`what the weights of ${text.record.scenario.model} need is not known`)
    : Math.round(weightBytes(model) / 2 ** 20)
}
