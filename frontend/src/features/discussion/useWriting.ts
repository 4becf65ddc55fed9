import { useSendMessage, type DiscussionComparison, type DiscussionMessage } from '@/api/discussions'
import { useState } from 'react'
import { ownFailure, useClosedMeanwhile } from './useDiscussionWork'

/** A message in the making: of the comparison in focus or of the whole, on its own or in reply to another. */
export function useWriting(prompt: number, focused: DiscussionComparison | undefined) {
  const [text, setText] = useState('')
  const [whole, setWhole] = useState(false)
  const [replyTo, setReplyTo] = useState<DiscussionMessage | null>(null)
  const message = useSendMessage(prompt)
  const onError = useClosedMeanwhile()

  const place = () => {
    if (replyTo) return { parent: replyTo.id }
    if (whole || !focused) return {}
    const { task, response_a, response_b } = focused
    return { task, response_a, response_b }
  }
  const send = () => {
    if (text.trim() === '' || message.isPending) return
    const onSuccess = () => {
      setText('')
      setReplyTo(null)
    }
    message.mutate({ text: text.trim(), ...place() }, { onSuccess, onError })
  }
  return { text, setText, whole, setWhole, replyTo, setReplyTo, send, pending: message.isPending, error: ownFailure(message.error) }
}

export type Writing = ReturnType<typeof useWriting>
