import { askedIn, realWorkspaceIn, systemIn } from '../plan/build-record.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import type { Self } from '../plan/evidence.ts'
import type { Job } from '../plan/job.ts'
import { snapshotName } from '../plan/snapshot.ts'
import type { Snapshot } from '../plan/snapshot.ts'
import { whileFileLocked } from '../host/kernel-lock.ts'
import {
  readBuildRecord,
  readInputs,
  readLinked,
  readSeedRecord,
} from '../host/lease-companions.ts'
import { endedLeasePath, findLease } from '../host/leases.ts'
import { lookAtShared } from '../host/linked-files.ts'
import type { Root } from '../host/root.ts'
import { whileSeedingIsKept } from '../host/seeding.ts'
import { publish } from '../host/snapshots.ts'
import { SHARED_UNKNOWN, giveUpHybrid } from './give-up-hybrid.ts'
import { lookUntilLeft, whyOccupied } from './look-until-left.ts'
import type { Runtime } from './runtime.ts'
import { ownerRefusal } from './slot-owner.ts'

export interface PublishRequest {
  root: Root
  job: Job
  self: Self
  /** the lease that has just ended */
  id: string
}

/**
 * Publishes the slot of a job that has just ended, as the build that others are seeded from. What
 * keeps it from that is told; the slot then stays for the next job of this branch.
 *
 * @returns whether the slot has become the snapshot
 */
export async function publishBuild(request: PublishRequest, runtime: Runtime): Promise<boolean> {
  const { voice } = runtime
  try {
    const refusal = await tryToPublish(request, runtime)
    voice.info(refusal === null ? 'snapshot published' : `no snapshot: ${refusal}`)
    return refusal === null
  } catch (error) {
    voice.warning(`No snapshot was published (${messageOf(error)}).`)
    return false
  }
}

async function tryToPublish(
  { root, job, self, id }: PublishRequest,
  runtime: Runtime,
): Promise<string | null> {
  const record = findLease(root, id)
  const build = readBuildRecord(root, id)
  if (record?.state !== 'ended' || record.slot === null) return 'the lease has not ended'
  if (build === null || build.toolchain === null) return 'nothing was built by Cargo'
  const { slot } = record
  // Whose builder is another user: neither moved nor changed without help, for each of its files.
  const path = `${root.realPath}/${slot}`
  const stranger = ownerRefusal(path, path)
  if (stranger !== null) return stranger
  const occupancy = await lookUntilLeft(root, { slot, container: null }, self, runtime)
  const occupied = whyOccupied(occupancy)
  if (occupied !== null) return occupied
  // As it was when the slot was filled: steps set variables meanwhile, which come too late for a seed.
  const { environment: digest } = readSeedRecord(root, id)
  const snapshot: Snapshot = {
    version: 1,
    id,
    workflow: job.workflow,
    job: job.job,
    leg: job.leg,
    toolchain: build.toolchain,
    environment: digest,
    workspace: build.workspace,
    ...realWorkspaceIn({ ...build }),
    runnerKey: record.lease?.owner.runner.key ?? '',
    former: [slot, ...build.former],
    generation: build.generation,
    inputs: build.inputs,
    times: build.times,
    unused: build.unused,
    publishedMs: Date.now(),
    revision: runtime.environment['GITHUB_SHA'] ?? '',
    ...askedIn({ asked: build.asked, choice: build.choice }),
    ...systemIn({ system: build.system }),
  }
  try {
    return await publishLocked({ root, job, id, slot, snapshot }, runtime)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && findLease(root, id) === null) return GONE
    throw error
  }
}

const GONE = 'its slot is gone'

/** A full disk, or somebody has begun to delete the slot where it lies. */
const UNENDED = 'how its job ended is not noted'

/** Who clones the slot meanwhile notes what the two share, before the lock is let go of. */
async function publishLocked(
  { root, job, id, slot, snapshot }: Pick<PublishRequest, 'root' | 'job' | 'id'> & Build,
  runtime: Runtime,
): Promise<string | null> {
  const locked = await whileFileLocked(endedLeasePath(root, id), 'exclusive', async () => {
    // Its lock may be that of a file which was there a moment ago.
    const now = findLease(root, id)
    if (now?.state !== 'ended') return GONE
    if (now.end === null) return UNENDED
    const shared = readLinked(root, id)
    if (shared === null) return SHARED_UNKNOWN
    const { same, written } = lookAtShared(`${root.realPath}/${slot}`, shared)
    if (written.length > 0) {
      const spoilt = { label: slot, place: { lease: id }, written, record: shared }
      return giveUpHybrid(root, spoilt, runtime)
    }
    const name = snapshotName(job, snapshot.toolchain, snapshot.environment)
    const known = { inputs: readInputs(root, id), linked: same }
    const published = await whileSeedingIsKept(root, id, async () =>
      publish(root, slot, name, snapshot, known),
    )
    if ('refused' in published) return published.refused
    return published.value ? null : GONE
  })
  return 'refused' in locked ? locked.refused : locked.value
}

interface Build {
  slot: string
  snapshot: Snapshot
}
