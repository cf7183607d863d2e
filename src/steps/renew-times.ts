import { join } from 'node:path'
import type { Lease } from '../plan/lease.ts'
import { messageOf } from '../plan/guard-error.ts'
import { isSettable } from '../plan/build-inputs.ts'
import { statOrNull } from '../host/contents.ts'
import { setTimes } from '../host/file-times.ts'
import { readRestored } from '../host/lease-companions.ts'
import { hasOtherBuild } from '../host/other-builds.ts'
import type { Root } from '../host/root.ts'
import type { Voice } from '../report/voice.ts'
import type { Runtime } from './runtime.ts'

/**
 * Gives now to everything in the checkout that was given an old time for this job’s build. Other target
 * directories of the same checkout, which no slot is, have seen it later with other contents: there
 * an old time would hide that. For the next seed the time that is noted of the build counts.
 *
 * To be called when the inputs have been recorded. A job that was killed does not come here.
 */
export async function renewTimes(
  root: Root,
  lease: Lease,
  { environment, voice }: Runtime,
): Promise<void> {
  const workspace = environment['GITHUB_WORKSPACE'] ?? ''
  const files = readRestored(root, lease.id).files.filter(({ path }) => isSettable(path))
  // Another step of this job has them recorded with the times that they have.
  if (files.length === 0 || workspace === '' || hasOtherBuild(root, lease)) return
  const nowNs = BigInt(Date.now()) * 1_000_000n
  const planned = files.map((file) => ({ path: file.path, mtimeNs: null, expected: file }))
  try {
    const results = await setTimes(workspace, planned, nowNs)
    const renewed = results.filter(({ kind }) => kind !== 'failed').length
    voice.info(`times: ${renewed} restored input(s) get now, for other builds of this checkout`)
    const stays = results.find((each) => each.kind === 'failed' && isThere(workspace, each))
    if (stays?.kind === 'failed') warn(stays.path, stays.why, voice)
  } catch (error) {
    warn(workspace, messageOf(error), voice)
  }
}

/** What a step has removed needs no time. */
function isThere(workspace: string, { path }: { path: string }): boolean {
  return statOrNull(join(workspace, path)) !== null
}

function warn(path: string, why: string, voice: Voice): void {
  voice.warning(
    `The time that was restored for ${path} stays (${why}): let nothing build this checkout into another ` +
      'target directory before it is checked out anew.',
  )
}
