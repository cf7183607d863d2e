import { isLeaseId } from '../plan/naming.ts'
import { isRecord, parseObject } from '../plan/lease.ts'
import { handOver } from './workflow-commands.ts'

/** What pre (or main) leaves for main and post of the same step. */
export interface State {
  root: string
  /** null where the job was told to skip its build */
  lease: string | null
  /** null until all of pre is done */
  prepared: {
    /** null where the job was told to skip its build */
    slot: { targetDirectory: string; runDirectory: string; takenOver: boolean } | null
    retired: number
    reclaimedBytes: number
    /** ok, low or critical */
    diskStatus: string
    /** of the root's disk, null where it cannot be read */
    freeBytes: number | null
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
  if (typeof root !== 'string') return null
  if (lease !== null && (typeof lease !== 'string' || !isLeaseId(lease))) return null
  return { root, lease, prepared: isRecord(prepared) ? readPrepared(prepared) : null }
}

function readPrepared(found: Record<string, unknown>): State['prepared'] {
  const { slot, retired, reclaimedBytes, diskStatus, freeBytes, actions } = found
  return {
    slot: isRecord(slot) ? readSlot(slot) : null,
    retired: Number(retired ?? 0),
    reclaimedBytes: Number(reclaimedBytes ?? 0),
    diskStatus: typeof diskStatus === 'string' ? diskStatus : 'ok',
    freeBytes: typeof freeBytes === 'number' ? freeBytes : null,
    actions: Array.isArray(actions) ? actions.filter((each) => typeof each === 'string') : [],
  }
}

function readSlot(
  slot: Record<string, unknown>,
): NonNullable<NonNullable<State['prepared']>['slot']> | null {
  const { targetDirectory, runDirectory, takenOver } = slot
  if (typeof targetDirectory !== 'string' || typeof runDirectory !== 'string') return null
  return { targetDirectory, runDirectory, takenOver: takenOver === true }
}
