import { pre } from './steps/pre.ts'
import { runStep } from './steps/run-step.ts'
import { workflowRuntime } from './steps/runtime.ts'

const { env, argv, stdout } = process
process.exitCode = await runStep(
  pre,
  workflowRuntime(env, argv[1] ?? '', (text) => stdout.write(text)),
)
