import { Loading } from '@/components/Loading'
import type { EChartsCoreOption } from 'echarts/core'
import { lazy, Suspense, useMemo } from 'react'
import { chartDefaults } from './options'

const EChart = lazy(() => import('./EChart'))

interface Props {
  option: EChartsCoreOption
  /** What the chart shows, for readers who cannot see it */
  label: string
  height?: number
}

/** A chart in our colours. ECharts itself arrives with the first chart on a page. */
export function Chart({ option, label, height = 240 }: Props) {
  const full = useMemo(() => ({ ...chartDefaults(), ...option }), [option])
  return (
    <Suspense
      fallback={
        <div style={{ height }} aria-busy="true">
          <Loading />
        </div>
      }
    >
      <EChart option={full} label={label} height={height} />
    </Suspense>
  )
}
