import { disputeQuery } from '@/api/disputes'
import { promptQuery } from '@/api/prompts'
import { useRoles } from '@/api/session'
import type { Schemas } from '@/api/types'
import { useQuery } from '@tanstack/react-query'

export type GoldPrompt = Pick<Schemas['PromptRecord'], 'graph'> & {
  prompt: Pick<Schemas['DisputePrompt'], 'id' | 'number' | 'text' | 'system' | 'category' | 'state'>
  responses: Pick<Schemas['LabelledResponse'], 'id' | 'label' | 'text' | 'discarded'>[]
}

/** A prompt with its responses, from wherever these roles may read it: the whole record, or what quality control sees. */
export function useGoldPrompt(project: number, prompt: number) {
  const roles = useRoles(project)
  const research = roles.includes('owner') || roles.includes('researcher')
  const record = useQuery({ ...promptQuery(prompt), enabled: research })
  const dispute = useQuery({ ...disputeQuery(prompt), enabled: !research })
  return { research, record, dispute }
}
