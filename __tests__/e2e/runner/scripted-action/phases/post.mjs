import { runPhase } from './phase.mjs'

runPhase('post')
