// Hosts, runners and jobs for the figures: the environment that a runner gives, a root in a
// temporary folder, and leases and slots as earlier jobs leave them.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { timed } from './measure.mjs'

const DIST = fileURLToPath(new URL('../dist', import.meta.url))

/** A temporary folder with a copy of dist/, which a build may replace meanwhile. */
export function makeScene() {
  const folder = mkdtempSync(`${realpathSync(tmpdir())}/target-guard-bench-`)
  cpSync(DIST, `${folder}/dist`, { recursive: true })
  return { folder, entry: (name) => `${folder}/dist/${name}/index.js`, undo: [] }
}

/** Takes away what is left of it, mounts first. */
export function removeScene(scene) {
  for (let undo = scene.undo.pop(); undo !== undefined; undo = scene.undo.pop()) undo()
  rmSync(scene.folder, { recursive: true, force: true })
}

/** A runner with a work folder of its own. */
export function makeRunner(scene, name) {
  const work = `${scene.folder}/runners/${name}/_work`
  mkdirSync(`${work}/widget/widget`, { recursive: true })
  mkdirSync(`${work}/_temp`, { recursive: true })
  return { name, work }
}

let runs = 1000

/** One job: the variables and command files that the runner gives to its steps. */
export function makeJob(scene, runner, root) {
  runs += 1
  const files = `${runner.work}/_temp/_runner_file_commands`
  mkdirSync(files, { recursive: true })
  const file = (name) => {
    const path = `${files}/${name}_${runs}`
    writeFileSync(path, '')
    return path
  }
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'octo-org/widget',
    GITHUB_RUN_ID: String(runs),
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_JOB: 'build',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_REF: `refs/pull/${runs}/merge`,
    GITHUB_WORKSPACE: `${runner.work}/widget/widget`,
    GITHUB_ENV: file('set_env'),
    GITHUB_OUTPUT: file('set_output'),
    GITHUB_STATE: file('save_state'),
    GITHUB_STEP_SUMMARY: file('step_summary'),
    RUNNER_NAME: runner.name,
    RUNNER_WORKSPACE: `${runner.work}/widget`,
    RUNNER_TEMP: `${runner.work}/_temp`,
    TARGET_GUARD_ROOT: root,
    'INPUT_JOB-STATUS': 'success',
  }
  return { scene, root, env, folder: `${root}/octo-org/widget/${runs}` }
}

/** Runs a phase of a job; its milliseconds. `warning`: the only one that it may give, and must. */
export function runPhase(node, job, phase, warning) {
  return timed(node.path, [job.scene.entry(phase)], job.env, warning)
}

/** Hands what pre left in its state file to main and post, as the runner does; the state. */
export function passStateOn(job) {
  const text = readFileSync(job.env.GITHUB_STATE, 'utf8')
  const values = [...text.matchAll(/^guard<<(?<end>.+)\n(?<value>.*)\n\k<end>$/gm)]
  job.env.STATE_guard = values.at(-1).groups.value
  return JSON.parse(job.env.STATE_guard)
}

/** Takes away what a job left, whichever of its phases have run. */
export function removeJob(job) {
  const { lease } = passStateOn(job)
  rmSync(job.folder, { recursive: true, force: true })
  for (const ending of ['json', 'ended', 'end', 'keeper', 'size', 'events']) {
    rmSync(`${job.root}/.target-guard/leases/${lease}.${ending}`, { force: true })
  }
}

/** A real lease of this runner, for others to be made after; it makes the root, too. */
export function takeTemplate(node, scene, runner, root) {
  const job = makeJob(scene, runner, root)
  runPhase(node, job, 'pre')
  const { lease } = passStateOn(job)
  const template = JSON.parse(readFileSync(`${root}/.target-guard/leases/${lease}.json`, 'utf8'))
  removeJob(job)
  return template
}

/** A slot of a job that was killed: its lease is live, and its runner process is gone. */
export function makeStaleSlot(root, template, fill) {
  const owner = { ...template.owner, worker: GONE }
  const { id, slot } = writeLease(root, { ...template, owner }, template.id.slice(0, 12))
  mkdirSync(`${root}/${slot}`, { recursive: true })
  fill(`${root}/${slot}`)
  return { id, slot: `${root}/${slot}` }
}

/** Leases of runners other than the template's, of jobs that are running; their slots' paths. */
export function makeOthersLeases(root, template, count) {
  return Array.from({ length: count }, (_, index) => {
    const name = `other-${index}`
    const key = randomBytes(32).toString('hex')
    const owner = { ...template.owner, runner: { name, key } }
    return writeLease(root, { ...template, owner }, key.slice(0, 8) + template.id.slice(8, 12)).slot
  })
}

/** A lease of the template's runner that no pass may end; its slot's path. */
export function makeOwnLease(root, template) {
  return writeLease(root, template, template.id.slice(0, 12)).slot
}

/** A slot of a runner that is gone, with this tree in it; its id, and its path in the root. */
export function makeOrphan(root, template, tree) {
  const key = randomBytes(32).toString('hex')
  const owner = { ...template.owner, runner: { name: 'gone', key }, worker: GONE }
  const prefix = key.slice(0, 8) + template.id.slice(8, 12)
  const { id, slot } = writeLease(root, { ...template, owner }, prefix)
  mkdirSync(dirname(`${root}/${slot}`), { recursive: true })
  renameSync(tree, `${root}/${slot}`)
  return { id, slot }
}

/** A process that has ended; a later one with its number has another start time. */
const GONE = { pid: spawnSync('true').pid, start: 1 }

function writeLease(root, lease, prefix) {
  runs += 1
  const id = prefix + randomBytes(6).toString('hex')
  const [prKey, runId] = [String(runs % 10), String(runs)]
  const slot = `${lease.repository}/${prKey}/run-${runId}/build-1-${id}`
  const text = JSON.stringify({ ...lease, id, slot, prKey, runId })
  writeFileSync(`${root}/.target-guard/leases/${id}.json`, `${text}\n`)
  return { id, slot }
}

/** What Cargo leaves in a small target dir. */
export function fillLikeCargo(slot) {
  for (const folder of ['deps', 'build/serde-0', 'incremental/widget-0', 'examples']) {
    mkdirSync(`${slot}/debug/${folder}`, { recursive: true })
  }
  const files = ['.cargo-lock', '.cargo-build-lock', '.cargo-artifact-lock', 'widget', 'widget.d']
  for (const name of files) writeFileSync(`${slot}/debug/${name}`, '')
  for (let index = 0; index < 8; index += 1) {
    const unit = `unit-${index}`
    mkdirSync(`${slot}/debug/.fingerprint/${unit}`, { recursive: true })
    for (const name of ['invoked.timestamp', `lib-${unit}`, `dep-lib-${unit}`]) {
      writeFileSync(`${slot}/debug/.fingerprint/${unit}/${name}`, '')
    }
    writeFileSync(`${slot}/debug/deps/lib${unit}.rlib`, '')
    writeFileSync(`${slot}/debug/deps/${unit}.d`, '')
  }
  writeFileSync(`${slot}/CACHEDIR.TAG`, '')
  writeFileSync(`${slot}/.rustc_info.json`, '{}')
}

/**
 * Empties the trash, outside of any timed part, so that no deletion disturbs what follows. The reaper
 * would do it too, in its own time: it yields to whatever else the machine does.
 */
export async function emptyTrash(root) {
  const trash = `${root}/.target-guard/trash`
  for (let attempt = 1; readdirSync(trash).length > 0; attempt += 1) {
    if (attempt > 1000) throw new Error(`${trash} does not become empty`)
    try {
      for (const name of readdirSync(trash)) {
        rmSync(`${trash}/${name}`, { recursive: true, force: true })
      }
    } catch (error) {
      // The reaper is at it, too.
      if (!['ENOENT', 'ENOTEMPTY'].includes(error.code)) throw error
    }
  }
  await sleep(PAUSE_MS)
}

const PAUSE_MS = 40
