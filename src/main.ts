import { main } from './steps/main.ts'
import { runStep } from './steps/run-step.ts'
import { workflowRuntime } from './steps/runtime.ts'

const { env, argv, stdout } = process
process.exitCode = await runStep(
  main,
  workflowRuntime(env, argv[1] ?? '', (text) => stdout.write(text)),
)
