import { exitCodes } from '../errors.ts'
import type { Claim, ClaimStatus, ProofFindings } from '../record/schema/proof.ts'
import { decided } from './claim.ts'
import { runClaims } from './run-claims.ts'
import { sensorClaims } from './sensor-claims.ts'

/** Every claim with what was found of it, in the order in which they are shown. */
export function claimsOf(found: ProofFindings): Claim[] {
  const [clock, tokens, client, limit, memory, training, records] = runClaims
  const [period, window, energy, power] = sensorClaims
  const order = [clock, tokens, client, energy, period, window, power, limit, memory, training, records]
  return order.map((definition) => decided(definition, found))
}

/** What a claim counts as: for a simulated machine, what a real one would give. */
export const countedStatus = ({ status, wouldBe }: Claim): ClaimStatus => wouldBe ?? status

/** How many claims are proved, not proved and contradicted, for a simulated machine as those of a real one would be. */
export function tally(claims: readonly Claim[]): Readonly<Record<ClaimStatus, number>> {
  const counts = { proved: 0, 'not-proved': 0, contradicted: 0 }
  for (const claim of claims) counts[countedStatus(claim)] += 1
  return counts
}

/** Exit code of a proof: 1 where a claim is contradicted, 3 where nothing could be measured, 130 where it was interrupted. */
export function proofExitCode(claims: readonly Claim[], interrupted: boolean): number {
  const { proved, contradicted } = tally(claims)
  if (contradicted > 0) return exitCodes.negativeResult
  if (interrupted) return exitCodes.interrupted
  return proved === 0 ? exitCodes.environmentFailed : exitCodes.done
}
