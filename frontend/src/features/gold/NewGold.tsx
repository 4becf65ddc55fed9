import { QueryView } from '@/components/QueryView'
import { GoldForm } from './GoldForm'
import { PromptPicker } from './PromptPicker'
import { useGoldPrompt } from './useGoldPrompt'

interface Props {
  project: number
  prompt: number | null
  onPrompt: (prompt: number | null) => void
  onDone: () => void
}

/** First the prompt, then the order of its responses. */
export function NewGold({ project, prompt, onPrompt, onDone }: Props) {
  if (prompt === null) return <PromptPicker project={project} onPick={onPrompt} />
  return <OnePrompt key={prompt} project={project} prompt={prompt} onOther={() => onPrompt(null)} onDone={onDone} />
}

interface OneProps {
  project: number
  prompt: number
  onOther: () => void
  onDone: () => void
}

function OnePrompt({ project, prompt, onOther, onDone }: OneProps) {
  const { research, record, dispute } = useGoldPrompt(project, prompt)
  const rest = { project, onOther, onDone }
  if (research) return <QueryView query={record}>{(found) => <GoldForm found={found} {...rest} />}</QueryView>
  return <QueryView query={dispute}>{(found) => <GoldForm found={found} {...rest} />}</QueryView>
}
