import { parseBuildInputs } from '../plan/build-inputs.ts'
import { dropInputs, readInputs } from '../host/lease-companions.ts'
import { unchangingFolders } from '../host/unchanging.ts'
import type { SeedTimes } from './restore-seed-times.ts'
import { retimeUnits } from './retime-units.ts'
import type { Runtime } from './runtime.ts'

/**
 * Makes a seed from another worktree fit for this one, without setting the time of any file here.
 *
 * @returns why the seed must not be used, in words; null where it may be
 */
export async function retimeSeed(
  { root, lease, origin, wish, place }: SeedTimes,
  { environment, voice }: Runtime,
): Promise<string | null> {
  if (origin.isElsewhere !== true || wish.workspace === null) return null
  const refuse = (problem: string): string => {
    voice.warning(`What was built in ${origin.workspace} gives no warmth here (${problem}).`)
    return problem
  }
  const text = readInputs(root, lease.id)
  const inputs = text === null ? 'they are gone' : parseBuildInputs(text)
  if (typeof inputs === 'string') return refuse(`its inputs cannot be read: ${inputs}`)
  const unchanging = [...unchangingFolders(environment), root.realPath]
  const retiming = { target: place, workspace: wish.workspace, inputs, unchanging }
  const { kept, dropped, problem } = await retimeUnits(retiming)
  if (problem !== null) return refuse(problem)
  // They were of the other worktree; what this one holds is recorded when its build is over.
  dropInputs(root, lease.id)
  voice.info(`from another worktree: ${kept} unit(s) as they are, ${dropped.size} built again`)
  for (const [unit, why] of [...dropped].slice(0, SHOWN)) voice.info(`  ${unit}: ${why}`)
  return null
}

const SHOWN = 10
