import { realpathSync } from 'node:fs'
import { UNIT, secretsFile, serviceUnit, timerUnit } from '../plan/timer-units.ts'
import { GuardError, messageOf } from '../plan/guard-error.ts'
import { UNIT_FOLDER, isSystemdRunning, removeUnit, systemctl, writeUnit } from '../host/timer.ts'

/** What install-timer is asked to do. */
export interface TimerRequest {
  /** where the units go, null for systemd's own folder */
  folder: string | null
  /** who sweeps, null for root, who sees every process and deletes what containers leave */
  user: string | null
  remove: boolean
  /** settings of the sweep, as flags */
  flags: readonly string[]
  /** settings that nobody else may read, as variables */
  secrets: ReadonlyMap<string, string>
}

/** What was done, a line each. */
export type TimerLines = string[]

/**
 * Writes the service and the timer that run `sweep`, and starts the timer where systemd runs this
 * host; or takes both away.
 *
 * @param node absolute path of the node to run it with
 * @param tool absolute path of dist/cli/index.js
 */
export function installTimer(request: TimerRequest, node: string, tool: string): TimerLines {
  const folder = request.folder ?? UNIT_FOLDER
  const isLive = request.folder === null && isSystemdRunning()
  try {
    return request.remove ? remove(folder, isLive) : install(request, folder, isLive, node, tool)
  } catch (error) {
    if (error instanceof GuardError) throw error
    throw new GuardError(
      `The units in ${folder} cannot be written (${messageOf(error)}).`,
      'Run this as root, or name a folder of your own with --units.',
      { cause: error },
    )
  }
}

function install(
  { user, flags, secrets }: TimerRequest,
  folder: string,
  isLive: boolean,
  node: string,
  tool: string,
): TimerLines {
  const variables = `${folder}/${UNIT}.env`
  const units = {
    node: realpathSync(node),
    tool: realpathSync(tool),
    flags,
    user,
    secrets: secrets.size === 0 ? null : variables,
  }
  if (secrets.size > 0) writeUnit(folder, `${UNIT}.env`, secretsFile(secrets), 0o600)
  else removeUnit(folder, `${UNIT}.env`)
  const service = writeUnit(folder, `${UNIT}.service`, serviceUnit(units))
  const timer = writeUnit(folder, `${UNIT}.timer`, timerUnit())
  const lines = [
    `${service ? 'written' : 'unchanged'}: ${folder}/${UNIT}.service`,
    `${timer ? 'written' : 'unchanged'}: ${folder}/${UNIT}.timer`,
  ]
  if (!isLive) {
    return [
      ...lines,
      `To start it: systemctl daemon-reload && systemctl enable --now ${UNIT}.timer`,
    ]
  }
  must(['daemon-reload'])
  must(['enable', '--now', `${UNIT}.timer`])
  return [...lines, `started: ${UNIT}.timer`]
}

function remove(folder: string, isLive: boolean): TimerLines {
  if (isLive) systemctl('disable', '--now', `${UNIT}.timer`)
  removeUnit(folder, `${UNIT}.env`)
  const lines = ['timer', 'service'].map((ending) => {
    const done = removeUnit(folder, `${UNIT}.${ending}`) ? 'removed' : 'absent'
    return `${done}: ${folder}/${UNIT}.${ending}`
  })
  if (isLive) must(['daemon-reload'])
  return lines
}

function must(words: string[]): void {
  const problem = systemctl(...words)
  if (problem === null) return
  throw new GuardError(`systemctl ${words.join(' ')} failed (${problem}).`, 'Run it by hand.')
}
