// The decision on admission beside many live leases: what it adds to the same process without it.
import { Samples, repeat } from './measure.mjs'
import {
  makeJob,
  makeOthersLeases,
  makeRunner,
  removeJob,
  runPhase,
  takeTemplate,
} from './scene.mjs'
import { atMost } from './table.mjs'

const LEASES = 1000
const ROUNDS = 7
const MOST_MS = 50

export async function measureAdmission(scene, node) {
  const root = `${scene.folder}/admission-${node.name}`
  const runner = makeRunner(scene, `admission-${node.name}`)
  const template = takeTemplate(node, scene, runner, root)
  makeOthersLeases(root, { ...template, forecastBytes: 1 }, LEASES)
  const samples = new Samples()
  const round = (turn) => {
    for (const side of turn % 2 === 0 ? ['wait', 'off'] : ['off', 'wait']) {
      const job = makeJob(scene, runner, root)
      Object.assign(job.env, {
        TARGET_GUARD_ADMISSION: side,
        TARGET_GUARD_FORECAST_GB: '0.000001',
        TARGET_GUARD_RESERVE_GB: '0',
      })
      samples.add(side, runPhase(node, job, 'pre'))
      removeJob(job)
    }
  }
  const figuresOf = () => {
    const [wait, off] = [samples.median('wait'), samples.median('off')]
    return [
      {
        what: `pre with admission, ${LEASES} leases − without, ms`,
        node: node.name,
        sides: `${wait.toFixed(0)} ms − ${off.toFixed(0)} ms`,
        count: samples.of('wait').length,
        value: wait - off,
        goal: atMost(MOST_MS),
      },
    ]
  }
  return repeat(ROUNDS, round, figuresOf)
}
