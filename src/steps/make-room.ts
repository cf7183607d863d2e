import type { Self } from '../plan/evidence.ts'
import { messageOf } from '../plan/guard-error.ts'
import { untilFree } from '../plan/relief.ts'
import type { OutOfReach } from '../plan/relief.ts'
import type { Settings } from '../plan/settings.ts'
import type { Root } from '../host/root.ts'
import { recordReclaimed } from './record-metrics.ts'
import { reclaimed, relieve } from './relieve.ts'
import type { Runtime } from './runtime.ts'

/** What came of making room for a job that would have to wait. */
export interface Made {
  isMade: boolean
  /** where nothing was taken for it: all that may go is too little */
  outOfReach: OutOfReach | null
}

/**
 * Takes what is stale, whoever left it, until so many bytes are free. It never stops the job, which
 * waits where no room was made.
 */
export async function makeRoom(
  { root, self, settings }: { root: Root; self: Self; settings: Settings },
  freeBytes: number,
  runtime: Runtime,
): Promise<Made> {
  const { voice } = runtime
  const goal = untilFree(freeBytes)
  try {
    const relieved = await relieve({ root, self, settings, extent: 'host', goal }, runtime)
    if (relieved === null) return { isMade: false, outOfReach: null }
    for (const slot of relieved.retired) {
      voice.info(`retired for room, as this job would have to wait: ${slot}`)
    }
    for (const snapshot of relieved.evicted) {
      voice.info(`evicted for room, as this job would have to wait: snapshot ${snapshot}`)
    }
    await recordReclaimed(root, reclaimed(relieved), runtime)
    return { isMade: goal.isReached(relieved.after), outOfReach: relieved.outOfReach }
  } catch (error) {
    voice.warning(`Making room failed (${messageOf(error)}); this job waits.`)
    return { isMade: false, outOfReach: null }
  }
}
