import { discussionQuery } from '@/api/discussions'
import { QueryView } from '@/components/QueryView'
import { preloadRenderers } from '@/components/ResponseText'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useParams } from 'react-router'
import { DiscussionView } from './DiscussionView'

/** One alignment discussion: what the passes see differently, what is said about it, and settling it. */
export default function DiscussionPage() {
  const prompt = Number(useParams().id)
  const query = useQuery(discussionQuery(prompt))
  useEffect(preloadRenderers, [])
  return <QueryView query={query}>{(discussion) => <DiscussionView key={prompt} stored={discussion} />}</QueryView>
}
