/** The child process that reads the attributes of cards from NVML, once. A crash of the library ends only this process. */
import { readAttributes } from './attributes-library.ts'

process.on('message', ({ library, uuids }: { readonly library: string; readonly uuids: readonly string[] }) => {
  void readAttributes(library, uuids).then((result) => {
    process.send?.(result)
    process.disconnect()
  })
})
