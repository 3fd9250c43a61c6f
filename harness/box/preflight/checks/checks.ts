import type { Check } from '../../../telemetry/doctor/check.ts'
import type { BoxPlan } from '../../plan/box-plan.ts'
import type { PreflightFacts } from '../facts.ts'
import { serversOf } from '../needs.ts'
import { engineCheck, gpuCheck, imageCheck } from './checks-engine.ts'
import { clockCheck, diskCheck, keyCheck, portCheck, proxyCheck } from './checks-host.ts'
import { accessCheck, hubCheck, tokenCheck, weightsCheck } from './checks-hub.ts'

/** What can be wrong before a night, in the order in which it would have shown itself; ids differ from those of the doctor. */
export function preflightChecks(facts: PreflightFacts, plan: BoxPlan): Check[] {
  const servers = serversOf(plan)
  return [
    engineCheck(facts),
    gpuCheck(facts, plan.cards),
    imageCheck(facts, servers),
    diskCheck(facts, servers),
    weightsCheck(facts),
    hubCheck(facts, servers),
    tokenCheck(facts),
    accessCheck(facts, servers),
    proxyCheck(facts),
    portCheck(facts, servers),
    clockCheck(facts),
    keyCheck(facts),
  ]
}
