import { ErrorState } from '@/components/ErrorState'
import { useRouteError } from 'react-router'

/** What a page shows when it threw: the reason, and a way to load the page anew. */
export function RouteError() {
  return <ErrorState error={useRouteError()} onRetry={() => window.location.reload()} />
}
