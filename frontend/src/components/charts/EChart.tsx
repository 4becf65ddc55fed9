import type { Shade } from '@/lib/theme'
import type { EChartsCoreOption } from 'echarts/core'
import { useEffect, useRef } from 'react'
import { init } from './echarts'
import { chartTheme } from './options'

interface Props {
  shade: Shade
  option: EChartsCoreOption
  label: string
  height: number
}

/** One ECharts instance in step with `option` and with the size of its place; another shade needs another one. */
export default function EChart({ shade, option, label, height }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init>>(null)
  useEffect(() => {
    if (!place.current) return
    const created = init(place.current, chartTheme(shade), { renderer: 'svg' })
    const observer = new ResizeObserver(() => created.resize())
    chart.current = created
    observer.observe(place.current)
    return () => {
      observer.disconnect()
      created.dispose()
    }
  }, [shade])
  useEffect(() => chart.current?.setOption(option, { notMerge: true }), [option])
  return <div ref={place} role="img" aria-label={label} style={{ height }} />
}
