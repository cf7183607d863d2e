import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { askedIn, realWorkspaceIn } from '../plan/build-record.ts'
import type { SeedRecord } from '../plan/build-record.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { Job } from '../plan/job.ts'
import type { Lease } from '../plan/lease.ts'
import { remoteKeys } from '../plan/remote-key.ts'
import type { RemoteKeys } from '../plan/remote-key.ts'
import { encodeRemoteRecord, parseRemoteRecord } from '../plan/remote-record.ts'
import { refuseOrigin } from '../plan/seed.ts'
import type { Origin, SeedWish } from '../plan/seed.ts'
import type { Settings } from '../plan/settings.ts'
import { buildEnvironment } from '../plan/snapshot.ts'
import {
  readBuildRecord,
  readInputs,
  readLinked,
  readSeedRecord,
  writeRecord,
} from '../host/lease-companions.ts'
import { lookAtShared } from '../host/linked-files.ts'
import { readSystem } from '../host/os-release.ts'
import { runProgram } from '../host/program.ts'
import type { Root } from '../host/root.ts'
import { withSeeding } from '../host/seeding.ts'
import { readTextOrNull } from '../host/small-file.ts'
import { SHARED_UNKNOWN, wroteInto } from './give-up-hybrid.ts'
import { restoreSeed, saveSeed } from './remote-seed.ts'
import type { Runtime } from './runtime.ts'
import type { Filled } from './seed.ts'

/** A service that takes longer is no gain over a cold build. */
const FETCH_MS = 5 * 60_000
const SAVE_MS = 10 * 60_000

export interface RemoteRequest {
  root: Root
  job: Job
  settings: Settings
  lease: Lease
}

/**
 * Fetches what a job of the default branch saved to the Actions cache service, as the seed of a slot.
 *
 * @param place absolute path at which the seed is to lie until it is fit for the slot; nothing is there
 * @returns why there is nothing, in words; a service at fault is a warning, too
 * @throws as the file system does: the slot stays empty, and what was made goes
 */
export async function fetchSeed(
  { root, job, settings, lease, place }: RemoteRequest & { place: string },
  wish: SeedWish,
  runtime: Runtime,
): Promise<Filled | string> {
  const { environment, voice } = runtime
  if (settings.remote.mode === 'off') return 'remote-cache is off'
  if (!wish.restoresMtimes) return 'mtimes are not restored'
  const refusal = strangerRefusal(`${root.realPath}/${lease.slot}`)
  if (refusal !== null) return refusal
  const variables = buildEnvironment(environment)
  const { toolchain, workspace } = wish
  const keys = keysOf(job, { asked: toolchain, workspace, variables }, environment)
  const limits = { maxBytes: settings.remote.maxBytes, timeLimitMs: FETCH_MS }
  const staging = `${place}.staging`
  const restored = await restoreSeed({ ...keys, ...limits, into: place, staging }, runtime)
  if ('miss' in restored) {
    if (restored.isFault) voice.warning(`The slot is not filled from the cache: ${restored.miss}`)
    return restored.miss
  }
  const found = parseRemoteRecord(restored.record)
  if (found === null) return 'its record cannot be understood'
  const origin: Origin = {
    workspace: found.workspace,
    ...realWorkspaceIn({ ...found }),
    // Of another host, or of another time on this one: never its own workspace.
    runnerKey: '',
    toolchain: found.toolchain,
    ...askedIn({ asked: found.asked }),
    inputs: found.inputs !== null,
    times: '',
    generation: 0,
    unused: {},
  }
  const unfit = refuseOrigin(origin, wish)
  if (unfit !== null) return unfit
  await giveTo(place, `${root.realPath}/${lease.slot}`)
  if (found.inputs !== null) writeRecord(root, lease.id, '.inputs', found.inputs)
  const record: SeedRecord = {
    version: 1,
    kind: 'remote',
    source: found.id,
    ageHours: Math.max(0, Date.now() - found.savedMs) / 3_600_000,
    generation: 1,
    former: [],
    environment: '',
    unused: null,
  }
  return { record, origin, formerTargets: found.targets, linked: [] }
}

/**
 * Saves what a trusted job has built for other hosts; to be called while its lease lives, so that
 * nobody else has the slot. What keeps it from that is told.
 */
export async function saveBuild(
  { root, job, settings, lease }: RemoteRequest,
  runtime: Runtime,
): Promise<void> {
  const { environment, voice } = runtime
  const build = readBuildRecord(root, lease.id)
  if (build?.toolchain === null || build === null) return
  const spoilt = whySpoilt(root, lease)
  if (spoilt !== null) {
    voice.info(`not saved to the cache: ${spoilt}`)
    return
  }
  const { workspace, toolchain, asked, former } = build
  const record = encodeRemoteRecord({
    version: 1,
    id: lease.id,
    workspace,
    ...realWorkspaceIn({ ...build }),
    targets: [lease.slot, ...former].map((slot) => `${root.path}/${slot}`),
    toolchain,
    ...askedIn({ asked }),
    savedMs: Date.now(),
    inputs: build.inputs ? readInputs(root, lease.id) : null,
  })
  const variables = readSeedRecord(root, lease.id).environment
  // Who fetches it can only ask: what builds may be in a container, or chosen by a later step.
  const { key } = keysOf(job, { asked: asked ?? null, workspace, variables }, environment)
  const { maxBytes, exclude } = settings.remote
  try {
    const saved = await withSeeding(root, lease.id, async (folder) =>
      saveSeed(
        {
          key,
          from: `${root.realPath}/${lease.slot}`,
          staging: `${folder}/staging`,
          record,
          policy: { ...exclude, members: [], maxBytes },
          timeLimitMs: SAVE_MS,
        },
        runtime,
      ),
    )
    if ('saved' in saved)
      voice.info(`saved to the cache: ${saved.saved}, ${saved.archiveBytes} bytes`)
    else if (saved.isFault) voice.warning(`The build was not saved to the cache: ${saved.skipped}`)
    else voice.info(`not saved to the cache: ${saved.skipped}`)
  } catch (error) {
    voice.warning(`The build was not saved to the cache: ${messageOf(error)}`)
  }
}

/** What a build elsewhere wrote into, by a link that the two share, is not what was built here. */
function whySpoilt(root: Root, { id, slot }: Lease): string | null {
  const shared = readLinked(root, id)
  if (shared === null) return SHARED_UNKNOWN
  const { written } = lookAtShared(`${root.realPath}/${slot}`, shared)
  return written.length === 0 ? null : wroteInto(written)
}

function keysOf(
  job: Job,
  build: { asked: string | null; workspace: string | null; variables: string },
  environment: NodeJS.ProcessEnv,
): RemoteKeys {
  const { asked, workspace, variables } = build
  return remoteKeys({
    platform: process.platform,
    architecture: process.arch,
    image: readSystem(),
    workflow: job.workflow,
    job: job.job,
    leg: job.leg,
    rustc: asked ?? '',
    // As they were when the slot was filled: what a step sets later comes too late for a seed.
    variables: { digest: variables },
    lockfile: workspace === null ? null : readTextOrNull(join(workspace, 'Cargo.lock')),
    commit: environment['GITHUB_SHA'] ?? '',
  })
}

/** Why this process cannot fill a slot with files of its own making; null where it can. */
function strangerRefusal(slot: string): string | null {
  const user = process.geteuid?.()
  const { uid } = lstatSync(slot)
  return user === 0 || user === uid ? null : 'the slot belongs to another user than this step’s'
}

/** Gives what was unpacked, into which nobody else can look yet, to the owner of the slot. */
async function giveTo(tree: string, slot: string): Promise<void> {
  const { uid, gid } = lstatSync(slot)
  if (uid === process.geteuid?.() && gid === process.getegid?.()) return
  await runProgram('chown', ['-R', '-h', '--', `${uid}:${gid}`, tree], { cwd: '/' })
}
