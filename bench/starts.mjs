// What a phase costs a job that has nothing to prune, beside the start of node alone.
import { Samples, repeat, timed } from './measure.mjs'
import { makeJob, makeRunner, passStateOn, removeJob, runPhase } from './scene.mjs'
import { atMost, figure } from './table.mjs'

const ROUNDS = 31
const PHASES = ['pre', 'main', 'post']

export async function measureStarts(scene, node) {
  const root = `${scene.folder}/starts-${node.name}`
  const runner = makeRunner(scene, `starts-${node.name}`)
  const samples = new Samples()
  const sample = () => {
    const job = makeJob(scene, runner, root)
    samples.add('bare', timed(node.path, ['-e', '0'], job.env))
    for (const phase of PHASES) {
      samples.add(phase, runPhase(node, job, phase))
      if (phase === 'pre') passStateOn(job)
    }
    removeJob(job)
  }
  return repeat(ROUNDS, sample, () =>
    PHASES.map((phase) =>
      figure({
        what: `${phase}, nothing to prune : bare \`node -e 0\``,
        node: node.name,
        samples,
        left: phase,
        right: 'bare',
        goal: atMost(4),
      }),
    ),
  )
}
