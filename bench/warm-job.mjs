// Jobs that build a project: pre, a fresh checkout, main, cargo, post, as a runner has them.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { must, timed } from './measure.mjs'
import { makeJob, passStateOn, removeJob, runPhase } from './scene.mjs'
import { checkOut } from './project.mjs'

/**
 * Runs a job as far as main.
 *
 * @param host `{ scene, node, runner, root, repository }`
 * @param want `{ ref, warm, incremental, isHurried }`: refs/heads/main is the default branch
 * @returns the job, its target directory, what it was seeded with, and the milliseconds of pre and main
 */
export function startJob({ scene, node, runner, root, repository }, want) {
  const { ref, warm = 'auto', incremental = '1' } = want
  const job = makeJob(scene, runner, root)
  const event = `${runner.work}/_temp/event.json`
  writeFileSync(event, JSON.stringify({ repository: { default_branch: 'main' } }))
  Object.assign(job.env, {
    CARGO_INCREMENTAL: incremental,
    GITHUB_EVENT_NAME: ref === 'refs/heads/main' ? 'push' : 'pull_request',
    GITHUB_EVENT_PATH: event,
    GITHUB_REF: ref,
    TARGET_GUARD_ADMISSION: 'off',
    TARGET_GUARD_KEEPER: 'off',
    TARGET_GUARD_WARM: warm,
  })
  const preMs = runPhase(node, job, 'pre')
  const state = passStateOn(job)
  checkOut(repository, job.env.GITHUB_WORKSPACE)
  endCheckout(`${root}/.target-guard/seeding/${state.lease}`, want)
  const ms = runPhase(node, job, 'main')
  const target = state.prepared.slot.targetDirectory
  return { job, target, ms, preMs, seed: outputOf(job, 'seed') }
}

/**
 * Over a network a checkout takes longer than a clone, which is made meanwhile; this one is of a small
 * repository on this disk. Or, as where there was no time at all, nothing has been made.
 */
function endCheckout(seeding, { isHurried = false }) {
  if (!existsSync(seeding)) return
  must('/', 'flock', ['-x', seeding, 'true'])
  if (isHurried) rmSync(seeding, { recursive: true })
}

/** Builds everything in the checkout; the milliseconds. */
export function build({ job, target }, env = {}) {
  return timed('cargo', [...BUILD, '--manifest-path', `${job.env.GITHUB_WORKSPACE}/Cargo.toml`], {
    ...process.env,
    CARGO_INCREMENTAL: job.env.CARGO_INCREMENTAL,
    CARGO_TARGET_DIR: target,
    ...env,
  })
}

export const BUILD = ['build', '--tests', '--offline', '--quiet']

/** Ends it well: what it built may be handed down, or published. */
export function endJob({ job }, node) {
  runPhase(node, job, 'post')
}

/** Takes it away as if it had never been. */
export function dropJob({ job, target }) {
  must('/', 'rm', ['-rf', target])
  removeJob(job)
}

function outputOf(job, name) {
  const text = must('/', 'cat', [job.env.GITHUB_OUTPUT])
  return new RegExp(`^${name}<<(.+)\\n(.*)\\n\\1$`, 'm').exec(text)?.[2] ?? ''
}
