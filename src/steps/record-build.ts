import { readdirSync } from 'node:fs'
import { askedIn, encodeRecord, toolchainIn } from '../plan/build-record.ts'
import type { BuildRecord } from '../plan/build-record.ts'
import { messageOf } from '../plan/guard-error.ts'
import { isLocal } from '../plan/lease.ts'
import { countUnused } from '../plan/unused-units.ts'
import type { UnusedUnits } from '../plan/unused-units.ts'
import { at, inside } from '../host/folders.ts'
import {
  dropInputs,
  readInputs,
  readRestored,
  readSeedRecord,
  writeRecord,
} from '../host/lease-companions.ts'
import { findLease } from '../host/leases.ts'
import { hasBeenBuiltIn } from '../host/left-behind.ts'
import { readSystem } from '../host/os-release.ts'
import { withinRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { lastSetTimes } from '../host/set-times.ts'
import { readMarks } from '../host/unit-marks.ts'
import { readTextOrNull } from '../host/small-file.ts'
import { unchangingFolders } from '../host/unchanging.ts'
import { findCommon } from '../host/workplace.ts'
import { realPathOf } from '../host/workspace-reader.ts'
import { UNPROVEN, encodeBuildInputs, parseBuildInputs } from '../plan/build-inputs.ts'
import type { BuildInputs } from '../plan/build-inputs.ts'
import type { Voice } from '../report/voice.ts'
import { askToolchain, askedOf } from './ask-toolchain.ts'
import { recordInputs } from './record-inputs.ts'
import type { Runtime } from './runtime.ts'

/**
 * Notes what whoever seeds from this slot needs to know; without the note nobody does.
 *
 * @param constantWorkspace absolute path at which builds saw the workspace, null where they saw it here
 */
export async function recordBuild(
  root: Root,
  id: string,
  constantWorkspace: string | null,
  runtime: Runtime,
): Promise<void> {
  const { environment, voice } = runtime
  const { slot, lease } = findLease(root, id) ?? { slot: null, lease: null }
  if (slot === null || lease === null) return
  try {
    const { generation, former, unused, ...seeded } = readSeedRecord(root, id)
    const toolchain = readBuiltBy(root, slot)
    const workspace = environment['GITHUB_WORKSPACE'] ?? ''
    // Where nothing was built the checkout is not looked at: it may lie on a mount that is stuck.
    const realWorkspace = toolchain === null ? workspace : realPathOf(workspace)
    const common = isLocal(lease.madeBy) && workspace !== '' ? findCommon(workspace) : ''
    // Outside workflows only other worktrees of the repository have a use for them.
    const isWanted = toolchain !== null && (!isLocal(lease.madeBy) || common !== '')
    const hasThem = isLocal(lease.madeBy) && hasOldInputs(root, id, slot)
    const hasInputs =
      isWanted &&
      (hasThem || (await noteInputs({ root, id, slot, toolchain, constantWorkspace }, runtime)))
    // As it was when the slot was seeded: steps may choose another one for those that come after them.
    const asked =
      seeded.asked !== undefined || toolchain === null
        ? askedIn({ ...seeded })
        : askedOf(await askToolchain({ workspace: workspace || null }, [], environment))
    const record: BuildRecord = {
      version: 1,
      workspace,
      ...(realWorkspace === workspace ? {} : { realWorkspace }),
      common,
      toolchain,
      ...asked,
      system: readSystem(),
      inputs: hasInputs,
      times: lastSetTimes(root, lease.owner.runner.key, lease.repository),
      generation,
      former,
      unused: unused === null ? {} : countOn(unused, `${root.realPath}/${slot}`),
    }
    writeRecord(root, id, '.build', encodeRecord(record))
  } catch (error) {
    voice.warning(
      `What was built in ${slot} was not noted (${messageOf(error)}); nobody inherits it.`,
    )
  }
}

/** Whether the inputs came along with the seed, and Cargo has not been called since. */
function hasOldInputs(root: Root, id: string, slot: string): boolean {
  const text = readInputs(root, id)
  if (text === null || hasBeenBuiltIn(`${root.realPath}/${slot}`)) return false
  const inputs = parseBuildInputs(text)
  return typeof inputs !== 'string' && inputs.gaps.length === 0
}

interface NotedBuild {
  root: Root
  id: string
  slot: string
  toolchain: string
  constantWorkspace: string | null
}

/** Notes the inputs of the build; whether that is all of them. */
async function noteInputs(
  { root, id, slot, toolchain, constantWorkspace }: NotedBuild,
  { environment, voice }: Runtime,
): Promise<boolean> {
  const workspace = environment['GITHUB_WORKSPACE'] ?? ''
  let inputs: BuildInputs
  try {
    inputs = await recordInputs({
      target: `${root.realPath}/${slot}`,
      workspace,
      // Other slots are no sources, where the root lies in the workspace.
      unchanging: [...unchangingFolders(environment), root.realPath],
      toolchain,
      constantWorkspace,
      restored: readRestored(root, id),
    })
  } catch (error) {
    // As where there is no checkout: nothing is broken.
    dropInputs(root, id)
    voice.info(`the inputs of the build are not known: ${messageOf(error)}`)
    return false
  }
  try {
    writeRecord(root, id, '.inputs', encodeBuildInputs(inputs))
  } catch (error) {
    dropInputs(root, id)
    voice.warning(`The inputs of the build were not noted (${messageOf(error)}).`)
    return false
  }
  tellDoubts(inputs, voice)
  const [gap] = inputs.gaps
  if (gap !== undefined) voice.info(`not all inputs of the build are known: ${gap}`)
  return gap === undefined
}

/** What the next build will do again, though nothing may have changed: else nobody would know why. */
function tellDoubts({ inputs, lost }: BuildInputs, voice: Voice): void {
  const changed = inputs.filter(({ id, kind }) => id === UNPROVEN && kind === 'file')
  const [first] = changed
  if (first !== undefined) {
    voice.info(
      `${changed.length} input(s) were changed, or changed owner or mode, after something was built from ` +
        `them (${first.path}): that is built again next time`,
    )
  }
  if (lost.length > 0) {
    voice.info(
      `${lost.length} unit(s) name inputs that are not there: they are built again next time`,
    )
  }
}

/** Counts which units this build did not use either. */
function countOn(before: UnusedUnits, target: string): UnusedUnits {
  const { all, used } = readMarks(target)
  return countUnused(before, all, used)
}

function readBuiltBy(root: Root, slot: string): string | null {
  return withinRoot(root, slot.split('/'), (folder) => {
    const own = builtBy(folder)
    if (own !== null) return own
    // A tool with a target directory of its own in it, as cargo-llvm-cov has, may be all that was called.
    for (const name of readdirSync(at(folder, '.')).toSorted()) {
      const found = inside(folder, name, builtBy)
      if (found !== null) return found
    }
    return null
  })
}

function builtBy(folder: number): string | null {
  const text = readTextOrNull(at(folder, '.rustc_info.json'))
  return text === null ? null : toolchainIn(text)
}
