import { addSummary } from '../github/workflow-commands.ts'
import type { Self } from '../plan/evidence.ts'
import { messageOf } from '../plan/guard-error.ts'
import { resultInWords, resultOf } from '../plan/lease.ts'
import type { Lease, Result } from '../plan/lease.ts'
import type { Job } from '../plan/job.ts'
import type { Settings } from '../plan/settings.ts'
import { readMoment } from '../host/boot.ts'
import { hasEndings } from '../host/history.ts'
import { readBuildRecord, readSeedRecord } from '../host/lease-companions.ts'
import { endLease, findLease } from '../host/leases.ts'
import { startReaper } from '../host/reaper.ts'
import type { Root } from '../host/root.ts'
import { dropSeeding } from '../host/seeding.ts'
import { hasTrash } from '../host/trash.ts'
import { savedSummary } from '../report/summary.ts'
import { afterPass } from './after-pass.ts'
import { endWatch, tellVerdict } from './end-watch.ts'
import { look } from './guard-disk.ts'
import { maySave } from '../plan/remote-setting.ts'
import { mayPublish } from '../plan/snapshot.ts'
import { markBuild } from './mark-build.ts'
import { pruneUnits } from './prune-units.ts'
import { publishBuild } from './publish.ts'
import { recordBuild } from './record-build.ts'
import { saveBuild } from './remote-build.ts'
import { passOverOwn } from './own-pass.ts'
import { noteEnd } from './tell-history.ts'
import { renewTimes } from './renew-times.ts'
import type { Runtime } from './runtime.ts'
import { warnOfTwins } from './warn-of-twins.ts'

/** What ends, how it ended, and who says so. */
export interface ReleaseRequest {
  root: Root
  job: Job
  self: Self
  settings: Settings
  /** ids of this job's own leases */
  leases: readonly string[]
  status: string
  /** which step and runner, for the heartbeat */
  by: string
}

/**
 * The end of a job: end its leases, then one pass over this runner's slots, which keeps or retires
 * what has just ended, and start the reaper.
 */
export async function release(request: ReleaseRequest, runtime: Runtime): Promise<void> {
  const { root, job, self, settings, leases, by } = request
  const { voice } = runtime
  const result: Result = resultOf(request.status)
  const watched = { root, settings, leases, result }
  const verdict = await endWatch(watched, runtime)
  const { bootId, uptimeS, wallMs } = readMoment()
  if (settings.dryRun) voice.info('dry-run: the lease is ended, its slot stays')
  const isPublished = mayPublish(job, result, settings)
  const isSaved = maySave(job, result, settings)
  if (!isSaved && maySave(job, result, { ...settings, dryRun: false }))
    voice.info('not saved to the cache: dry-run is on')
  const isWarm = result === 'failure' && settings.warmOnFailure && !settings.dryRun
  // What was cloned for a step that never ran: what is published is put together in that folder, too.
  for (const id of leases) dropSeeding(root, id)
  for (const id of leases) {
    if (result === 'success' || result === 'unknown' || isWarm)
      await recordBuild(root, id, settings.constantPaths.workspace, runtime)
    const lease = findLease(root, id)?.lease ?? null
    if (lease !== null) await closeBuild(request, lease, isSaved, runtime)
    if (result === 'success' && !settings.dryRun) await markBuild(root, id, runtime)
    const saved = noteEnd(root, id, { result, moment: { bootId, uptimeS, wallMs } }, runtime)
    if (saved !== null) tellSaved(saved, request, runtime)
    try {
      const told = resultInWords(result, lease?.madeBy ?? null)
      const ended = endLease(root, id, {
        result,
        bootId,
        uptimeS,
        wallMs,
        ...(isWarm ? { isWarm } : {}),
      })
      voice.info(ended ? `lease ${id} ended (${told})` : `lease ${id} had ended before`)
    } catch (error) {
      voice.warning(
        `The lease ${id} was not ended (${messageOf(error)}); the end of its job ends it.`,
      )
    }
  }
  // Before others see it: what is published, cloned or handed down is no larger than it need be.
  if (result === 'success' && !settings.dryRun) {
    for (const id of leases) await pruneUnits({ root, self, id }, runtime)
  }
  const seeds = leases.map((id) => readSeedRecord(root, id).kind)
  const published: string[] = []
  for (const id of isPublished ? leases : []) {
    if (await publishBuild({ root, job, self, id }, runtime)) published.push(id)
  }
  const done = await passOverOwn({ root, self, settings, by, published }, runtime)
  const guarded = { ...NOTHING_FREED, assessments: await look({ root, settings }, runtime) }
  await afterPass({ root, settings, done, guarded, jobs: [result], seeds }, runtime)
  await tellVerdict(watched, verdict, runtime)
  if (!settings.dryRun && (hasTrash(root) || hasEndings(root)))
    startReaper(root, runtime.script, settings)
}

/** What is done with the build and its checkout while the lease lives, and nobody else has the slot. */
async function closeBuild(
  { root, job, settings }: ReleaseRequest,
  lease: Lease,
  isSaved: boolean,
  runtime: Runtime,
): Promise<void> {
  // Where nothing was built nobody has looked into the checkout, which may lie on a mount that is stuck.
  if ((readBuildRecord(root, lease.id)?.toolchain ?? null) !== null) {
    warnOfTwins(`${root.realPath}/${lease.slot}`, runtime)
  }
  await renewTimes(root, lease, runtime)
  if (isSaved) await saveBuild({ root, job, settings, lease }, runtime)
}

/** A hook has no summary of its own. */
function tellSaved(saved: string, { by }: ReleaseRequest, { environment, voice }: Runtime): void {
  voice.info(saved)
  if (by !== 'post') return
  try {
    addSummary(environment, savedSummary(saved))
  } catch (error) {
    voice.warning(`The job summary was not written: ${messageOf(error)}`)
  }
}

/** The end of a job makes no room: its disks are looked at for the metrics. */
const NOTHING_FREED = {
  level: 'ok',
  freeBytes: null,
  retired: [],
  reclaimedBytes: 0,
  emergency: false,
  planned: [],
} as const
