import type { Lease } from '../plan/lease.ts'
import { messageOf } from '../plan/guard-error.ts'
import { isSettable } from '../plan/build-inputs.ts'
import { setTimes } from '../host/file-times.ts'
import { readRestored } from '../host/lease-companions.ts'
import { hasOtherBuild } from '../host/other-builds.ts'
import type { Root } from '../host/root.ts'
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
  try {
    await setTimes(
      workspace,
      files.map((file) => ({ path: file.path, mtimeNs: null, expected: file })),
      nowNs,
    )
    voice.info(
      `times: ${files.length} restored input(s) get now, for other builds of this checkout`,
    )
  } catch (error) {
    voice.warning(
      `Restored times stay in ${workspace} (${messageOf(error)}): do not build there into another target directory.`,
    )
  }
}
