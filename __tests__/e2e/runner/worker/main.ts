import type { FromWorker, JobPlan, ToWorker } from '../messages.ts'
import { WorkerJob } from './job.ts'

// node 24 names its main thread itself, so that the name of the executable is not enough.
process.title = 'Runner.Worker'

let job: WorkerJob | undefined

function tell(message: FromWorker): void {
  process.send?.(message)
}

async function runJob(plan: JobPlan): Promise<void> {
  job = new WorkerJob(plan, tell)
  const result = await job.run()
  process.send?.({ type: 'done', ...result } satisfies FromWorker, () => process.exit())
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'cancel') job?.cancel()
  else if (message.type === 'shutdown') job?.shutDown()
  else {
    runJob(message.plan).catch((error: unknown) => {
      console.error(error)
      process.exit(70)
    })
  }
})

// The test that started it is gone: so shall be all that belongs to the job.
process.once('disconnect', () => {
  job?.abandon()
  process.exit()
})
