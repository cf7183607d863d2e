import { isLeaseId } from '../plan/naming.ts'
import { isRecord, parseObject } from '../plan/lease.ts'
import { handOver } from './workflow-commands.ts'

/** What pre (or main) leaves for main and post of the same step. */
export interface State {
  root: string
  lease: string
  /** null until the slot is there */
  prepared: {
    targetDirectory: string
    runDirectory: string
    retired: number
    reclaimedBytes: number
    takenOver: boolean
    /** the plan of the pass, a line for each action */
    actions: string[]
  } | null
}

const NAME = 'guard'
const ACTIONS_AT_MOST = 100

export function saveState(environment: NodeJS.ProcessEnv, state: State): void {
  const prepared =
    state.prepared === null
      ? null
      : { ...state.prepared, actions: state.prepared.actions.slice(0, ACTIONS_AT_MOST) }
  handOver(environment, 'GITHUB_STATE', NAME, JSON.stringify({ ...state, prepared }))
}

/** The state; null where pre never got as far as a lease. */
export function readState(environment: NodeJS.ProcessEnv): State | null {
  const found = parseObject(environment[`STATE_${NAME}`] ?? '')
  if (found === null) return null
  const { root, lease, prepared } = found
  if (typeof root !== 'string' || typeof lease !== 'string' || !isLeaseId(lease)) return null
  return { root, lease, prepared: isRecord(prepared) ? readPrepared(prepared) : null }
}

function readPrepared(found: Record<string, unknown>): State['prepared'] {
  const { targetDirectory, runDirectory, retired, reclaimedBytes, takenOver, actions } = found
  if (typeof targetDirectory !== 'string' || typeof runDirectory !== 'string') return null
  return {
    targetDirectory,
    runDirectory,
    retired: Number(retired ?? 0),
    reclaimedBytes: Number(reclaimedBytes ?? 0),
    takenOver: takenOver === true,
    actions: Array.isArray(actions) ? actions.filter((each) => typeof each === 'string') : [],
  }
}
