import type { BoxCard } from '../box-card.ts'
import type { SimulatedBox } from '../simulated-box.ts'
import type { Container } from './containers.ts'
import type { RunArguments } from './run-arguments.ts'

/** What plays in a container. */
export interface Playing {
  readonly box: SimulatedBox
  readonly container: Container
  readonly run: RunArguments
  /** The cards that the container sees. */
  readonly cards: readonly BoxCard[]
  readonly print: (text: string, isError?: boolean) => void
  /** Sets what is done at the end of the container; done at once where it has ended. */
  readonly onEnd: (stop: () => void) => void
}
