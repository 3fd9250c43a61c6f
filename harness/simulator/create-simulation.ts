import { imageModelByKey } from '../catalogue/image-models.ts'
import { ownMachine, type PlaceServer } from './card/machine.ts'
import { createImageSimulation } from './image/simulation.ts'
import type { SimulatorOptions } from './options.ts'
import { createSimulation, type Simulation } from './simulation.ts'
import { createIdleSimulation } from './training/simulation.ts'

/** The simulation for a model: tokens, images, or a machine without a server (`none`, `training`). */
export function simulationOf(options: SimulatorOptions, place: PlaceServer = ownMachine): Simulation {
  if (options.model === 'none' || options.model === 'training') return createIdleSimulation(options, place)
  const image = imageModelByKey(options.model)
  return image === null ? createSimulation(options, place) : createImageSimulation(options, image, place)
}
