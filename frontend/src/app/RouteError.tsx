import { ErrorState } from '@/components/ErrorState'
import { reloadForParts } from '@/lib/newBuild'
import { useEffect } from 'react'
import { useRouteError } from 'react-router'

/** What a page shows when it threw: the reason, and a way to load the page anew. After a deploy that happens by itself. */
export function RouteError() {
  useEffect(() => reloadForParts(), [])
  return <ErrorState error={useRouteError()} onRetry={() => window.location.reload()} />
}
