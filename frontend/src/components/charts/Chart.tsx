import { Loading } from '@/components/Loading'
import { useShade } from '@/lib/theme'
import type { EChartsCoreOption } from 'echarts/core'
import { lazy, Suspense, useMemo } from 'react'
import { CHART_DEFAULTS } from './options'

const EChart = lazy(() => import('./EChart'))

interface Props {
  option: EChartsCoreOption
  /** What the chart shows, for readers who cannot see it */
  label: string
  height?: number
}

/** A chart in our colours. ECharts itself arrives with the first chart on a page. */
export function Chart({ option, label, height = 240 }: Props) {
  const shade = useShade()
  const full = useMemo(() => ({ ...CHART_DEFAULTS, ...option }), [option])
  return (
    <Suspense
      fallback={
        <div style={{ height }} aria-busy="true">
          <Loading />
        </div>
      }
    >
      <EChart key={shade} shade={shade} option={full} label={label} height={height} />
    </Suspense>
  )
}
