import type { MyFigures } from '@/api/me'
import type { EChartsCoreOption } from 'echarts/core'

interface DaysChart {
  days: MyFigures['days']
  tasks: string
  agreement: string
  integer: (value: number | null) => string
  percent: (value: number | null) => string
}

/** Tasks a day as bars, and the day's agreement as a line over them, on an axis of its own. */
export function daysOption({ days, tasks, agreement, integer, percent }: DaysChart): EChartsCoreOption {
  const axisLabel = { fontSize: 11 }
  return {
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { fontSize: 12 } },
    xAxis: { type: 'category', data: days.map(({ day }) => day.slice(5)), axisTick: { show: false }, axisLabel: { ...axisLabel, hideOverlap: true } },
    yAxis: [
      { type: 'value', minInterval: 1, axisLabel: { ...axisLabel, formatter: integer } },
      { type: 'value', min: 0, max: 1, splitLine: { show: false }, axisLabel: { ...axisLabel, formatter: percent } },
    ],
    series: [
      { type: 'bar', name: tasks, data: days.map((day) => day.tasks), barMaxWidth: 18, tooltip: { valueFormatter: integer } },
      {
        type: 'line',
        name: agreement,
        yAxisIndex: 1,
        data: days.map((day) => day.agreement),
        connectNulls: true,
        symbolSize: 6,
        tooltip: { valueFormatter: percent },
      },
    ],
  }
}
